"""`voxveil train formants`, `pitch-head` and `loss-cost`: what the frozen networks need and what they cost."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

TOOLS = ("formants", "pitch-head", "loss-cost")


def main(argv: Sequence[str]) -> int:
    """Run one of `TOOLS`.

    Args:
        argv: its name, then its options.

    Returns:
        The exit status.

    Raises:
        ConfigError: a file or folder is not what it should be.
    """
    from training.perception import formant_net, pitch_nets

    parser = argparse.ArgumentParser(prog="voxveil train", description=__doc__)
    tools = parser.add_subparsers(dest="tool", required=True)
    formants = tools.add_parser("formants", help="teach the formant network what Praat's tracker finds (5 minutes)")
    formants.add_argument(
        "--prepared", type=Path, required=True, metavar="DIR", help="what `voxveil data prepare` wrote"
    )
    formants.add_argument("--out", type=Path, default=formant_net.SHIPPED, metavar="FILE", help="safetensors to write")
    formants.add_argument("--minutes", type=float, default=40.0, help="of speech to track (default 40)")
    formants.add_argument("--steps", type=int, default=2500, help="of training (default 2500)")
    formants.add_argument("--seed", type=int, default=1)
    head = tools.add_parser("pitch-head", help="freeze the pitch head of a trained encoder")
    head.add_argument(
        "--checkpoint", type=Path, required=True, metavar="CKPT", help="of `voxveil train vqvae` or joint"
    )
    head.add_argument("--out", type=Path, default=pitch_nets.SHIPPED, metavar="FILE", help="safetensors to write")
    cost = tools.add_parser("loss-cost", help="time forward and backward of every loss whose network is there")
    cost.add_argument("--seconds", type=float, default=2.4, help="of audio in an example (default 2.4)")
    cost.add_argument("--rows", type=int, default=4, help="examples in a batch (default 4)")
    cost.add_argument("--repeats", type=int, default=3)
    for option in ("whisper", "wavlm", "vgg16", "codec"):
        cost.add_argument(f"--{option}", default="", metavar="PATH", help="the network's file or folder")
    args = parser.parse_args(list(argv))
    return {"formants": _formants, "pitch-head": _head, "loss-cost": _cost}[args.tool](args)


def _formants(args: argparse.Namespace) -> int:
    from training.perception.formant_training import train_formants

    report = train_formants(args.prepared, args.out, args.minutes, args.steps, args.seed)
    first, second, third = report.error
    print(f"{args.out}: learnt from {report.tracked:.0f} min; half of the voiced frames of the validation split are")
    print(f"nearer to Praat's track than F1 {first:.1%}, F2 {second:.1%}, F3 {third:.1%}")
    return 0


def _head(args: argparse.Namespace) -> int:
    from training.perception.pitch_nets import save_pitch_head

    save_pitch_head(args.checkpoint, args.out)
    print(f"{args.out}: the pitch head of {args.checkpoint}")
    return 0


def _cost(args: argparse.Namespace) -> int:
    from training.perception.cost import measure

    paths = {"whisper": args.whisper, "wavlm": args.wavlm, "vgg16": args.vgg16, "codec": args.codec}
    print("| loss | ms per second of audio |\n|---|---|")
    for name, value in measure(args.rows, args.seconds, args.repeats, paths):
        print(f"| {name} | {value if isinstance(value, str) else f'{value:.0f}'} |")
    return 0
