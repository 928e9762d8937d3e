"""`voxveil export CHECKPOINT... OUT`: a bundle out of checkpoints."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

import numpy as np


def main(argv: list[str]) -> int:
    """Export and say what came out.

    Args:
        argv: checkpoints (later ones override), the bundle's folder, options.

    Raises:
        ConfigError: see `export.checkpoint.load_model` and `export.pack.pack`.
    """
    parser = argparse.ArgumentParser(prog="voxveil export", description="Make a bundle that the app can load.")
    parser.add_argument(
        "checkpoints", nargs="+", type=Path, help="stages vocoder and vqvae, or joint; the last one wins"
    )
    parser.add_argument("out", type=Path, help="folder of the bundle")
    parser.add_argument("--name", default="balanced", help="what the bundle calls itself")
    parser.add_argument("--voices", type=Path, default=Path("configs/voices.yaml"), help="recipes of the voice bank")
    parser.add_argument("--full-precision", action="store_true", help="store weights as float32 instead of float16")
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="recording for the parity check (default: the sample)"
    )
    args = parser.parse_args(argv)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    os.environ.setdefault("TORCH_LOGS", "-all")

    import torch

    from core.audio_file import read_mono, resample
    from core.spec import SAMPLE_RATE
    from export.checkpoint import load_model
    from export.pack import pack
    from export.parity import compare, demand

    torch.set_num_threads(1)
    sample = Path(__file__).parent.parent / "assets" / "sample" / "speech.flac"
    samples, rate = read_mono(args.check or sample)
    recording = resample(samples, rate, SAMPLE_RATE)
    recording = np.tile(recording, -(-30 * SAMPLE_RATE // len(recording)))[: 30 * SAMPLE_RATE]

    model, names = load_model(args.checkpoints)
    provenance = {"checkpoints": [p.name for p in args.checkpoints], "config": model.config.to_dict()}
    bundle = pack(model, names, args.voices, args.out, args.name, provenance, half=not args.full_precision)
    size = sum(f.stat().st_size for f in args.out.iterdir()) / 1e6
    print(
        f"{args.out}: bundle '{bundle.name}', {len(bundle.voices.names)} voices, {size:.1f} MB, "
        f"algorithmic latency {bundle.latency_ms:.0f} ms"
    )
    parity = compare(model, bundle, recording, bundle.voices.row(bundle.default_voice))
    print(
        f"over {parity.samples / SAMPLE_RATE:.0f} s: graphs against torch {parity.onnx:.1e}, torch streaming against "
        f"offline {parity.streaming:.1e} per sample"
    )
    demand(parity)
    return 0
