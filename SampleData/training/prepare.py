#!/usr/bin/env python3
"""Makes the training data: data/train, data/val (scenes) and, where there is a land-cover data set, data/landcover (held out).

    prepare.py [--generator PROGRAM] [--train 900] [--val 64] [--landcover FOLDER] [--data data]

Each has img/NAME.png (RGB) and ann/NAME.png (class ids, 255 unlabeled), in pieces of 512 x 512. What is there already is kept, so
that a broken run can be started again. Scenes come from `orthoweave-sample training`; they go through JPEG once, as real
mosaics do. The land-cover data set (Dubai; CC0 as its copies state) brings tiles 1 to 5 to the training set; tile 6 is held out.
"""
import argparse
import pathlib
import subprocess

import cv2
import numpy as np

SIZE = 512
# Ids of the land-cover data set (building, land, road, vegetation, water) to ours.
LANDCOVER = {0: 0, 1: 4, 2: 1, 3: 2, 4: 3}


def scenes(generator, folder, count, seed):
    """Paints pairs and re-encodes their pictures as JPEG of a quality drawn from 60 to 95."""
    raw = folder.with_name(folder.name + '-raw')
    subprocess.run([generator, 'training', str(raw), '--count', str(count), '--size', str(SIZE), '--seed', str(seed)], check=True)
    for picture in sorted((raw / 'img').glob('*.png')):
        image, mask = folder / 'img' / f'scene{picture.stem}.png', folder / 'ann' / f'scene{picture.stem}.png'
        if mask.exists():
            continue
        quality = int(np.random.default_rng([seed, int(picture.stem)]).integers(60, 96))
        coded = cv2.imencode('.jpg', cv2.imread(str(picture)), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        cv2.imwrite(str(image), cv2.imdecode(coded, cv2.IMREAD_COLOR))
        cv2.imwrite(str(mask), cv2.imread(str(raw / 'ann' / picture.name), cv2.IMREAD_UNCHANGED))


def starts(length):
    """Where pieces begin so that they cover a length; the last one is moved back inside."""
    return sorted({min(start, max(0, length - SIZE)) for start in range(0, length, SIZE)})


def landcover(source, folder, tiles):
    table = np.full(256, 255, np.uint8)
    for theirs, ours in LANDCOVER.items():
        table[theirs] = ours
    for tile in tiles:
        for picture in sorted((source / f'Tile {tile}' / 'images').glob('*.jpg')):
            image = cv2.imread(str(picture))
            mask = table[np.array(read_ids(source / f'Tile {tile}' / 'masks' / f'{picture.stem}.png'))]
            for row in starts(image.shape[0]):
                for column in starts(image.shape[1]):
                    name = f'landcover{tile}_{picture.stem}_{row}_{column}.png'
                    cv2.imwrite(str(folder / 'img' / name), image[row:row + SIZE, column:column + SIZE])
                    cv2.imwrite(str(folder / 'ann' / name), mask[row:row + SIZE, column:column + SIZE])


def read_ids(path):
    """The indices of a paletted PNG, which OpenCV would turn into colors."""
    from PIL import Image
    return Image.open(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--generator', default='orthoweave-sample')
    parser.add_argument('--train', type=int, default=900)
    parser.add_argument('--val', type=int, default=64)
    parser.add_argument('--landcover', type=pathlib.Path)
    parser.add_argument('--data', type=pathlib.Path, default=pathlib.Path('data'))
    arguments = parser.parse_args()
    for name in ('train', 'val', 'landcover'):
        for kind in ('img', 'ann'):
            (arguments.data / name / kind).mkdir(parents=True, exist_ok=True)
    # Other seeds give other worlds: no held-out scene lies beside a training one.
    scenes(arguments.generator, arguments.data / 'train', arguments.train, 1)
    scenes(arguments.generator, arguments.data / 'val', arguments.val, 2)
    if arguments.landcover and arguments.landcover.is_dir():
        landcover(arguments.landcover, arguments.data / 'train', range(1, 6))
        landcover(arguments.landcover, arguments.data / 'landcover', [6])
    for name in ('train', 'val', 'landcover'):
        print(f'{name}: {len(list((arguments.data / name / "ann").glob("*.png")))} pieces')


if __name__ == '__main__':
    main()
