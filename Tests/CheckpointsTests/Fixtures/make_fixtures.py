#!/usr/bin/env python3
"""Writes the small checkpoints beside this script, and expected.json with what must be read from them.

Needs torch, safetensors, numpy and mmengine (../shared/reference/setup.sh makes such an environment).
"""
import json
import os
import pickle
from collections import OrderedDict

import numpy as np
import torch
from mmengine.config import ConfigDict
from mmengine.logging import HistoryBuffer
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = """crop_size = (
    64,
    96,
)
model = dict(
    data_preprocessor=dict(
        bgr_to_rgb=True, mean=[
            1.5,
            2,
            3,
        ], std=[
            4,
            5,
            6,
        ], type='SegDataPreProcessor'),
    decode_head=dict(align_corners=True, num_classes=2, type='ISAHead'))
"""


def network():
    layers = torch.nn.Sequential(OrderedDict(conv=torch.nn.Conv2d(2, 3, 1), norm=torch.nn.BatchNorm2d(3)))
    with torch.no_grad():
        for index, parameter in enumerate(layers.parameters()):
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) / 8 - index)
    return layers


def state(layers):
    """The state dictionary, with views: a transposed one, a slice, one that shares its numbers, a float16, a bfloat16, a float64."""
    found = layers.state_dict()
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 4
    found['transposed'] = base.t()
    found['slice'] = base[1:, ::2]
    found['shared'] = base
    found['half'] = torch.tensor([1.5, -65504, 6e-8, 0]).half()
    found['brain'] = torch.tensor([1.5, -3e38, 1e-40]).bfloat16()
    found['double'] = torch.tensor([0.1, 1e300], dtype=torch.float64)
    found['scalar'] = torch.tensor(2.5)
    found['parameter'] = torch.nn.Parameter(torch.tensor([7.0]))
    return found


def main():
    torch.manual_seed(0)
    layers = network()
    tensors = state(layers)
    optimizer = torch.optim.SGD(layers.parameters(), 0.1, 0.9)
    layers(torch.ones(2, 2, 3, 3)).sum().backward()
    optimizer.step()
    tensors = state(network())
    modern = dict(
        meta=dict(cfg=CONFIG, iter=12, mmengine_version='0.10.7',
                  dataset_meta=dict(classes=('land', 'water'), palette=[[1, 2, 3], [4, 5, 255]])),
        state_dict=tensors, message_hub=dict(log_scalars=OrderedDict(loss=HistoryBuffer([0.5, 0.25], [1, 1]))),
        optimizer=optimizer.state_dict(), extra=ConfigDict(a=1, b=dict(c=[1, 2])), seen={1, 2}, device=torch.device('cpu'),
        dtype=torch.float32, size=torch.Size([1, 2]), score=np.float64(0.5))
    old = dict(
        meta=dict(config=CONFIG, iter=12, mmseg_version='0.30.0', mmcv_version='1.7.1', CLASSES=['land', 'water'],
                  PALETTE=np.array([[1, 2, 3], [4, 5, 255]])),
        state_dict=OrderedDict(('module.' + k, v) for k, v in tensors.items()), optimizer=optimizer.state_dict())
    files = {
        'modern.pth': (modern, {}),
        'modern_protocol4.pth': (modern, dict(pickle_protocol=4)),
        'old.pth': (old, {}),
        'old_stream.pth': (old, dict(_use_new_zipfile_serialization=False)),
        'fanet.pkl': (dict(iter=3, model_state=tensors, best_iou=0.5, optimizer=optimizer.state_dict()), dict(pickle_protocol=pickle.HIGHEST_PROTOCOL)),
    }
    for name, (value, options) in files.items():
        torch.save(value, os.path.join(HERE, name), **options)
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, os.path.join(HERE, 'plain.safetensors'),
              metadata=dict(format='pt', config=CONFIG, classes=json.dumps(['land', 'water'])))
    expected = [dict(name=k, shape=list(v.shape), values=v.detach().double().reshape(-1).tolist()) for k, v in tensors.items()]
    with open(os.path.join(HERE, 'expected.json'), 'w') as file:
        json.dump(expected, file, indent=0)
        file.write('\n')


if __name__ == '__main__':
    main()
