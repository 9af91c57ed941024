#!/usr/bin/env python3
"""Trains a U-Net on a ResNet-34 with plain PyTorch and segmentation_models_pytorch, and writes it as safetensors.

    unet.py --data data [--iterations 3000] [--batch 8] [--crop 256] [--threads 2] [--device cpu|cuda] [--bfloat16]
            [--weights imagenet] [--work work/unet.pt] [--export NAME.safetensors]
    unet.py --data data --test NAME.safetensors        IoU of each class for data/val

data/train and data/val hold img/NAME.png (RGB) and ann/NAME.png (class ids, 255 unlabeled), as `prepare.py` makes them. An interrupted run resumes
from --work where it is started again. The exported file holds class names, colors, mean and standard deviation beside the weights (float16), so
that Orthoweave needs nothing else.
"""
import argparse
import json
import pathlib
import time

import cv2
import numpy as np
import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F

CLASSES = ['building', 'road', 'vegetation', 'water', 'bare land', 'oil slick', 'ship']
PALETTE = [[200, 62, 58], [122, 122, 134], [74, 142, 66], [58, 124, 190], [214, 188, 132], [84, 44, 112], [250, 196, 24]]
# ImageNet's, for pixels of 0...255 in RGB.
MEAN = [123.675, 116.28, 103.53]
STD = [58.395, 57.12, 57.375]
UNLABELED = 255


def network(weights=None):
    return smp.Unet('resnet34', encoder_weights=weights, in_channels=3, classes=len(CLASSES))


def read(folder):
    """All pairs of a folder as arrays of bytes."""
    pairs = []
    for mask in sorted((folder / 'ann').glob('*.png')):
        image = cv2.cvtColor(cv2.imread(str(folder / 'img' / mask.name)), cv2.COLOR_BGR2RGB)
        pairs.append((image, cv2.imread(str(mask), cv2.IMREAD_UNCHANGED)))
    if not pairs:
        raise SystemExit(f'{folder}: holds no pairs img/NAME.png, ann/NAME.png')
    return pairs


def normalized(images):
    """Bytes [n, height, width, 3] as the network's input [n, 3, height, width]."""
    return ((images.float() - images.new_tensor(MEAN, dtype=torch.float32)) / images.new_tensor(STD, dtype=torch.float32)).permute(0, 3, 1, 2)


def batch(pairs, count, crop, rng):
    """Random pieces, turned, mirrored, brighter or darker."""
    images, masks = [], []
    for index in rng.integers(len(pairs), size=count):
        image, mask = pairs[index]
        row, column = (int(rng.integers(size - crop + 1)) for size in mask.shape)
        image, mask = (a[row:row + crop, column:column + crop] for a in (image, mask))
        turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))
        image, mask = (np.rot90(a, turns) for a in (image, mask))
        if mirrored:
            image, mask = image[:, ::-1], mask[:, ::-1]
        contrast, brightness = rng.uniform(0.75, 1.25, (1, 1, 3)), rng.uniform(-20, 20)
        images.append(np.clip((image - 128.) * contrast + 128 + brightness, 0, 255).astype(np.uint8))
        masks.append(np.ascontiguousarray(mask))
    return torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(masks)).long()


def train(arguments):
    device = arguments.device
    pairs = read(arguments.data / 'train')
    model = network(arguments.weights).to(device, memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    start = 0
    if arguments.work.exists():
        saved = torch.load(arguments.work, map_location=device, weights_only=True)
        model.load_state_dict(saved['model'])
        optimizer.load_state_dict(saved['optimizer'])
        start = saved['iteration']
        print(f'going on after {start} iterations', flush=True)
    began = time.time()
    for iteration in range(start, arguments.iterations):
        rate = 1e-3 * min(1, (iteration + 1) / 50) * (1 - iteration / arguments.iterations) ** 0.9
        for group in optimizer.param_groups:
            group['lr'] = rate
        # Seeded by the iteration: a run that was broken off sees the same pieces.
        images, masks = batch(pairs, arguments.batch, arguments.crop, np.random.default_rng([1, iteration]))
        images, masks = images.to(device), masks.to(device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=arguments.bfloat16):
            logits = model(normalized(images).contiguous(memory_format=torch.channels_last))
        loss = F.cross_entropy(logits.float(), masks, ignore_index=UNLABELED)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        done = iteration + 1
        if done % 50 == 0 or done == arguments.iterations:
            print(f'{done} of {arguments.iterations}: loss {loss.item():.3f}, {(time.time() - began) / (done - start):.2f} s an iteration', flush=True)
        if done % 250 == 0 or done == arguments.iterations:
            arguments.work.parent.mkdir(parents=True, exist_ok=True)
            partial = arguments.work.with_suffix('.partial')
            torch.save(dict(model=model.state_dict(), optimizer=optimizer.state_dict(), iteration=done), partial)
            partial.replace(arguments.work)
    return model


def export(model, path):
    from safetensors.torch import save_file
    state = {name: (tensor.half() if tensor.is_floating_point() else tensor).cpu().contiguous() for name, tensor in model.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, metadata=dict(
        format='pt', classes=json.dumps(CLASSES), palette=json.dumps(PALETTE), mean=json.dumps(MEAN), std=json.dumps(STD)))
    print(path, path.stat().st_size, 'bytes')


def test(arguments):
    from safetensors.torch import load_file
    model = network()
    model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in load_file(arguments.test).items()})
    model = model.to(arguments.device).eval()
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for image, mask in read(arguments.data / 'val'):
        with torch.inference_mode():
            found = model(normalized(torch.from_numpy(image)[None].to(arguments.device)))[0].argmax(0).cpu().numpy()
        known = mask != UNLABELED
        counts += np.bincount(len(CLASSES) * mask[known].astype(int) + found[known], minlength=counts.size).reshape(counts.shape)
    both, truth, ours = counts.diagonal(), counts.sum(1), counts.sum(0)
    union = truth + ours - both
    iou = [float(b / u) if u else float('nan') for b, u in zip(both, union)]
    for name, value in zip(CLASSES, iou):
        print(f'{name:12} {100 * value:6.2f}')
    print(f'{"mIoU":12} {100 * np.nanmean(iou):6.2f}\n{"accuracy":12} {100 * both.sum() / truth.sum():6.2f}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=pathlib.Path, required=True)
    parser.add_argument('--iterations', type=int, default=3000)
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--crop', type=int, default=256, help='a multiple of 32')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--device', choices=('cpu', 'cuda'), default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument('--bfloat16', action='store_true')
    parser.add_argument('--weights', choices=('imagenet',), help='begin with an encoder trained on ImageNet, which is downloaded')
    parser.add_argument('--work', type=pathlib.Path, default=pathlib.Path('work/unet.pt'))
    parser.add_argument('--export', type=pathlib.Path)
    parser.add_argument('--test', type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.test:
        test(arguments)
        return
    model = train(arguments)
    if arguments.export:
        export(model, arguments.export)


if __name__ == '__main__':
    main()
