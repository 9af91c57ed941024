#!/usr/bin/env python3
"""Trains config.py, going on from work/ where a run was broken off, and writes the slim checkpoint.

    train.py [--iterations 6000] [--batch 8] [--threads 1] [--bfloat16] [--device cpu|cuda]
             [--work work] [--data data] [--export NAME]
    train.py --test CHECKPOINT --data data/val          mmsegmentation's own figures for held-out pieces

--export NAME writes NAME.pth: mmsegmentation's layout without optimizer and auxiliary head, weights as float16.
"""
import argparse
import contextlib
import pathlib

import torch

HERE = pathlib.Path(__file__).resolve().parent


def configuration(arguments):
    from mmengine.config import Config
    cfg = Config.fromfile(HERE / 'config.py')
    iterations = arguments.iterations
    cfg.max_iters = cfg.train_cfg.max_iters = cfg.param_scheduler[1].end = iterations
    cfg.train_cfg.val_interval = min(cfg.train_cfg.val_interval, iterations)
    cfg.param_scheduler[0].end = cfg.param_scheduler[1].begin = min(100, max(1, iterations // 10))
    cfg.train_dataloader.batch_size = arguments.batch
    cfg.train_dataloader.dataset.data_root = str(arguments.data / 'train')
    cfg.val_dataloader.dataset.data_root = str(arguments.data / 'val')
    cfg.work_dir = str(arguments.work)
    if arguments.bfloat16:
        add_bfloat16()
        cfg.optim_wrapper.type = 'BFloat16OptimWrapper'
    if arguments.device == 'cuda':
        cfg.env_cfg.dist_cfg.backend = 'nccl'
        cfg.train_dataloader.update(num_workers=8, persistent_workers=True)
    return cfg


def add_bfloat16():
    """Registers an optimizer wrapper that computes convolutions in bfloat16: on processors that have it, half the time."""
    from mmengine.optim import OptimWrapper
    from mmengine.registry import OPTIM_WRAPPERS

    @OPTIM_WRAPPERS.register_module()
    class BFloat16OptimWrapper(OptimWrapper):
        @contextlib.contextmanager
        def optim_context(self, model):
            with super().optim_context(model), torch.autocast(device_of(model), dtype=torch.bfloat16):
                yield


def device_of(model):
    return next(model.parameters()).device.type


def latest(work):
    """The newest checkpoint of a working folder."""
    name = (work / 'last_checkpoint').read_text().strip()
    return work / pathlib.Path(name).name


def export(cfg, checkpoint, out):
    loaded = torch.load(checkpoint, map_location='cpu', weights_only=False)
    # The auxiliary head serves training alone.
    state = {name: tensor.half() if tensor.is_floating_point() else tensor
             for name, tensor in loaded['state_dict'].items() if not name.startswith('auxiliary_head.')}
    slim = cfg.copy()
    for key in ('train_dataloader', 'val_dataloader', 'work_dir', 'resume'):
        slim.pop(key, None)
    dataset = dict(classes=tuple(cfg.classes), palette=[list(color) for color in cfg.palette])
    meta = dict(epoch=0, iter=loaded['meta'].get('iter', 0), cfg=slim.pretty_text, experiment_name='sample', dataset_meta=dataset)
    out = out.with_suffix('.pth')
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(dict(meta=meta, state_dict=state), out)
    print(out, out.stat().st_size, 'bytes')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--iterations', type=int, default=6000)
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--device', choices=('cpu', 'cuda'), default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument('--bfloat16', action='store_true', help='faster where the processor has AVX512_BF16 or AMX')
    parser.add_argument('--work', type=pathlib.Path, default=HERE / 'work')
    parser.add_argument('--data', type=pathlib.Path, default=HERE / 'data')
    parser.add_argument('--export', type=pathlib.Path)
    parser.add_argument('--test', type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    # mmengine 0.10 loads its own checkpoints by the default of older PyTorch.
    load = torch.load
    torch.load = lambda *a, **k: load(*a, **{'weights_only': False, **k})
    from mmengine.runner import Runner
    from mmseg.utils import register_all_modules
    register_all_modules()
    cfg = configuration(arguments)
    if arguments.test:
        cfg.test_dataloader, cfg.test_cfg, cfg.test_evaluator = cfg.val_dataloader, dict(type='TestLoop'), cfg.val_evaluator
        cfg.test_dataloader.dataset.data_root = str(arguments.data)
        cfg.load_from, cfg.resume = str(arguments.test), False
        Runner.from_cfg(cfg).test()
        return
    Runner.from_cfg(cfg).train()
    if arguments.export:
        export(cfg, latest(arguments.work), arguments.export)


if __name__ == '__main__':
    main()
