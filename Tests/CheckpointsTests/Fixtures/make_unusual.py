#!/usr/bin/env python3
"""Makes config_object.pth, config_dict.pth and unreadable.pth: what mmengine 0.10 and torch 2 write where a training saves unusual things."""
import os

import numpy as np
import torch
from mmengine.config import Config

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = """
crop_size = (96, 64)
data_preprocessor = dict(type='SegDataPreProcessor', mean=[1.5, 2.5, 3.5], std=[4.0, 5.0, 6.0], bgr_to_rgb=True)
test_pipeline = [dict(type='LoadImageFromFile'), dict(type='PackSegInputs')]
model = dict(type='EncoderDecoder', data_preprocessor=data_preprocessor, neck=None,
    backbone=dict(type='ResNetV1c', depth=18, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4)),
    decode_head=dict(type='ISAHead', num_classes=3, align_corners=True, down_factor=(4, 6)))
"""


def save(name, content):
    torch.save(content, os.path.join(HERE, name))


config = Config.fromstring(TEXT, '.py')
state = {'conv.weight': torch.zeros(2, 3)}
save('config_object.pth', {'meta': {'cfg': config}, 'state_dict': state})
save('config_dict.pth', {'meta': {'cfg': config._cfg_dict}, 'state_dict': state})
save('unreadable.pth', {'state_dict': {
    'plain': torch.ones(2), 'sparse': torch.eye(2).to_sparse(), 'csr': torch.eye(2).to_sparse_csr(),
    'quantized': torch.quantize_per_tensor(torch.ones(2), .1, 0, torch.qint8), 'meta': torch.ones(2, device='meta'),
    'numpy': np.ones(2, np.float32), 'eight': torch.ones(2).to(torch.float8_e4m3fn)}})
