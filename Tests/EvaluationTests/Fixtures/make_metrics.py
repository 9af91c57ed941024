#!/usr/bin/env python3
"""Writes metrics.json: label maps, and what mmsegmentation's own IoUMetric counts in them.

Needs mmsegmentation (../shared/reference/setup.sh makes such an environment). Ratios are computed by its code in float64.
"""
import json
import os
import warnings

warnings.filterwarnings('ignore')
import numpy as np  # noqa: E402
import torch  # noqa: E402
from mmseg.evaluation.metrics import IoUMetric  # noqa: E402

WIDTH, HEIGHT = 37, 23


def maps(rng, classes, prediction_values, truth_values):
    """Blocky maps of which about two thirds agree."""
    truth = np.kron(rng.choice(truth_values, (4, 5)), np.ones((6, 8), int))[:HEIGHT, :WIDTH]
    prediction = np.where(rng.random((HEIGHT, WIDTH)) < 0.65, truth, rng.choice(prediction_values, (HEIGHT, WIDTH)))
    return prediction, truth


def case(name, classes, images, ignore=255, reduce_zero_label=False):
    metric = IoUMetric(ignore_index=ignore, iou_metrics=['mIoU', 'mDice', 'mFscore'])
    metric.dataset_meta = dict(classes=[str(i) for i in range(classes)])
    samples = []
    for prediction, truth in images:
        label = truth.copy()
        if reduce_zero_label:  # as LoadAnnotations does it
            label = label.astype(np.uint8)
            label[label == 0] = 255
            label = label - 1
            label[label == 254] = 255
        samples.append(dict(pred_sem_seg=dict(data=torch.from_numpy(prediction.astype(np.int64))),
                            gt_sem_seg=dict(data=torch.from_numpy(label.astype(np.int64))), img_path=''))
    metric.process({}, samples)
    areas = [sum(r).double() for r in zip(*metric.results)]
    ratios = metric.total_area_to_metrics(*areas, metric.metrics, None, 1)
    clean = lambda v: None if v != v else float(v)  # noqa: E731
    result = dict(name=name, classes=classes, ignore=ignore, reduceZeroLabel=reduce_zero_label,
                  images=[dict(prediction=p.reshape(-1).tolist(), truth=t.reshape(-1).tolist()) for p, t in images])
    for key, value in zip(('intersect', 'union', 'predicted', 'labeled'), areas):
        result[key] = [int(v) for v in value]
    for key in ('IoU', 'Acc', 'Dice', 'Fscore', 'Precision'):
        result[key.lower()] = [clean(v) for v in ratios[key]]
        result['m' + key] = clean(np.nanmean(ratios[key]))
    result['aAcc'] = clean(ratios['aAcc'])
    return result


def main():
    rng = np.random.default_rng(20)
    five = list(range(5))
    cases = [
        case('plain', 5, [maps(rng, 5, five, five) for _ in range(2)]),
        case('ignored', 5, [maps(rng, 5, five, five + [255])]),
        case('nodata predicted', 5, [maps(rng, 5, five + [255], five + [255])]),
        case('values that are no class', 5, [maps(rng, 5, five + [9], five + [7, 255])]),
        case('missing classes', 8, [maps(rng, 8, [0, 1, 5], [0, 2, 5, 6])]),
        case('reduced', 5, [maps(rng, 5, five, five + [5, 255])], reduce_zero_label=True),
        case('ignore 0', 5, [maps(rng, 5, five, five)], ignore=0),
        case('all ignored', 3, [maps(rng, 3, [0, 1, 2], [255])]),
    ]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'metrics.json'), 'w') as file:
        json.dump(cases, file, separators=(',', ':'))
        file.write('\n')


if __name__ == '__main__':
    main()
