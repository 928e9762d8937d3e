"""`voxveil export CHECKPOINT... OUT`: a bundle out of checkpoints, or an older one in 8 bits or with new graphs."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from core.assets import sample_path
from core.errors import ConfigError
from core.manifest import MANIFEST_FILE
from core.spec import SAMPLE_RATE

if TYPE_CHECKING:
    from core.bundle import Bundle

CHECKED = 30
"""Seconds of speech on which the graphs have to agree with torch."""


def main(argv: list[str]) -> int:
    """Export and say what came out.

    Args:
        argv: checkpoints (later ones override) or one bundle, the new bundle's folder, options.

    Raises:
        ConfigError: see `export.checkpoint.load_model` and `export.pack.pack`.
        BundleError: the graphs do not say what torch says, or those in 8 bits not what the float graphs say; the
            bundle is not put in place then.
    """
    args = _parser().parse_args(argv)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    os.environ.setdefault("TORCH_LOGS", "-all")

    recording = _recording(args.check or sample_path())
    [first, *others] = args.checkpoints
    if (first / MANIFEST_FILE).is_file():
        if others or args.bits != 8:
            raise ConfigError(f"{first} is a bundle: it can be brought into 8 bits or get new graphs, nothing else")
        bundle = _convert(first, args.out, recording)
    else:
        bundle = _export(args, recording)
    size = sum(f.stat().st_size for f in args.out.iterdir()) / 1e6
    print(
        f"{args.out}: bundle '{bundle.name}', {len(bundle.voices.names)} voices, {bundle.precision}, {size:.1f} MB, "
        f"algorithmic latency {bundle.latency_ms:.0f} ms"
    )
    return 0


def _export(args: argparse.Namespace, recording: np.ndarray) -> Bundle:
    import torch

    from export.checkpoint import load_model, newest
    from export.pack import pack, refuse
    from export.parity import compare, demand

    refuse(args.out)
    torch.set_num_threads(1)
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
    rounded = _fidelity(recording)
    return pack(model, names, args.voices, args.out, args.name, provenance, args.bits, check, rounded)


def _convert(source: Path, out: Path, recording: np.ndarray) -> Bundle:
    from core.bundle import Bundle
    from export.eight_bits import PRECISION
    from export.pack import pack_rounded
    from export.renew import renew

    bundle = Bundle.load(source)
    if bundle.precision == PRECISION:
        return renew(bundle, out, _fidelity(recording, "new graphs against old ones"))
    return pack_rounded(bundle, out, _fidelity(recording))


def _fidelity(recording: np.ndarray, what: str = "8 bits against float") -> Callable[[Bundle, Bundle], None]:
    from export.fidelity import compare, demand

    def check(exact: Bundle, rounded: Bundle) -> None:
        found = compare(exact, rounded, recording, exact.voices.row(exact.default_voice))
        print(f"{what}: {found}")
        demand(found)

    return check


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
        help="of stages vocoder and vqvae, or joint, or the folders of their runs; the last one wins. Or the folder of "
        "one bundle, to have it in 8 bits, or with this version's graphs if it is",
    )
    parser.add_argument("out", type=Path, help="folder of the bundle")
    parser.add_argument("--name", default="balanced", help="what the bundle calls itself")
    parser.add_argument("--voices", type=Path, default=recipes, help="recipes of the voice bank")
    parser.add_argument(
        "--bits",
        type=int,
        choices=(8, 16, 32),
        default=8,
        help="large matrices in 8 bits (fastest), or all weights as float16 or float32",
    )
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="recording for the parity check (default: the sample)"
    )
    return parser


def _recording(path: Path) -> np.ndarray:
    """CHECKED seconds at 24 kHz, repeated where the file is shorter."""
    from core.audio_file import read_mono, resample

    samples = resample(*read_mono(path), SAMPLE_RATE)
    return np.resize(samples, CHECKED * SAMPLE_RATE).astype(np.float32)
