"""`voxveil export CHECKPOINT... OUT`: a bundle out of checkpoints."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from core.assets import sample_path

if TYPE_CHECKING:
    from core.bundle import Bundle

CHECKED = 30
"""Seconds of speech on which the graphs have to agree with torch."""


def main(argv: list[str]) -> int:
    """Export and say what came out.

    Args:
        argv: checkpoints (later ones override), the bundle's folder, options.

    Raises:
        ConfigError: see `export.checkpoint.load_model` and `export.pack.pack`.
        BundleError: the graphs do not say what torch says; the bundle is not put in place then.
    """
    args = _parser().parse_args(argv)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    os.environ.setdefault("TORCH_LOGS", "-all")

    import torch

    from core.spec import SAMPLE_RATE
    from export.checkpoint import load_model, newest
    from export.pack import pack, refuse
    from export.parity import compare, demand

    refuse(args.out)
    torch.set_num_threads(1)
    recording = _recording(args.check or sample_path())
    model, names = load_model(args.checkpoints)

    def check(bundle: Bundle) -> None:
        parity = compare(model, bundle, recording, bundle.voices.row(bundle.default_voice))
        print(
            f"over {parity.samples / SAMPLE_RATE:.0f} s: graphs against torch {parity.onnx:.1e}, torch streaming "
            f"against offline {parity.streaming:.1e} per sample"
        )
        demand(parity)

    made_of = [newest(path).name for path in args.checkpoints]
    provenance = {"checkpoints": made_of, "config": model.config.to_dict()}
    bundle = pack(model, names, args.voices, args.out, args.name, provenance, not args.full_precision, check)
    size = sum(f.stat().st_size for f in args.out.iterdir()) / 1e6
    print(
        f"{args.out}: bundle '{bundle.name}', {len(bundle.voices.names)} voices, {size:.1f} MB, "
        f"algorithmic latency {bundle.latency_ms:.0f} ms"
    )
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; `{self.prog} --help` explains\n")


def _parser() -> argparse.ArgumentParser:
    recipes = Path(__file__).parent.parent / "configs" / "voices.yaml"
    parser = _Parser(prog="voxveil export", description="Make a bundle that the app can load.")
    parser.add_argument(
        "checkpoints",
        nargs="+",
        type=Path,
        help="of stages vocoder and vqvae, or joint, or the folders of their runs; the last one wins",
    )
    parser.add_argument("out", type=Path, help="folder of the bundle")
    parser.add_argument("--name", default="balanced", help="what the bundle calls itself")
    parser.add_argument("--voices", type=Path, default=recipes, help="recipes of the voice bank")
    parser.add_argument("--full-precision", action="store_true", help="store weights as float32 instead of float16")
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="recording for the parity check (default: the sample)"
    )
    return parser


def _recording(path: Path) -> np.ndarray:
    """CHECKED seconds at 24 kHz, repeated where the file is shorter."""
    from core.audio_file import read_mono, resample
    from core.spec import SAMPLE_RATE

    samples = resample(*read_mono(path), SAMPLE_RATE)
    return np.resize(samples, CHECKED * SAMPLE_RATE).astype(np.float32)
