"""`voxveil bench compute|latency|cable|soak|load|throughput|compare`: measure this machine."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from voxveil.commands import bench_text

HELP = "measure this machine: time per block, delay, load, files, hours of a call, side by side with others"
SECONDS = {"compute": 30.0, "latency": 60.0, "cable": 20.0, "soak": 3600.0, "load": 15.0, "compare": 30.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to use (default: the one that ships)")
    common.add_argument("--json", action="store_true", help="as JSON")
    common.add_argument("--out", type=Path, metavar="FOLDER", help="also write JSON, PNG and a page there")
    served = argparse.ArgumentParser(add_help=False)
    served.add_argument(
        "--server", choices=("pulseaudio", "pipewire"), default="pulseaudio", help="whose (default: pulseaudio)"
    )
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")

    def kind(
        name: str, text: str, what: str = "of speech", parents: tuple[argparse.ArgumentParser, ...] = ()
    ) -> argparse.ArgumentParser:
        added = kinds.add_parser(name, parents=[common, *parents], help=text)
        if name in SECONDS:
            default = SECONDS[name]
            added.add_argument(
                "--seconds", type=float, default=default, metavar="N", help=f"{what} (default: {default:g})"
            )
        return added

    compute = kind("compute", "milliseconds and memory of a 20 ms block", "of speech, each way")
    compute.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help="where the graphs run")
    compute.add_argument("--threads", type=int, default=1, metavar="N", help="of each graph (default: 1)")
    compute.add_argument("--all-cores", action="store_true", help="do not keep to one core")
    delay = kind("latency", "delay from microphone to virtual microphone", parents=(served,))
    delay.add_argument(
        "--backend",
        choices=("auto", "pipewire", "pulse"),
        default="auto",
        help="the engine's way (default: auto)",
    )
    cable = kind("cable", "what your sound hardware adds: an output joined to an input by a cable", "of chirps")
    cable.add_argument("--play", metavar="DEVICE", help="output (default: the system's own)")
    cable.add_argument("--record", metavar="DEVICE", help="input (default: the system's own)")
    soak = kind("soak", "a long call: does anything grow, drift or break?", parents=(served,))
    soak.add_argument("--hours", type=float, metavar="N", help="instead of --seconds")
    kind("load", "other work on all cores: where it begins to fail, and how", "at each level")
    files = kind("throughput", "files: hours of audio an hour, and what more processes bring")
    files.add_argument("--minutes", type=float, default=3.0, metavar="N", help="of audio in all (default: 3)")
    files.add_argument("--jobs", default="1,2", metavar="N,M", help="numbers of processes to try (default: 1,2)")
    compare = kind("compare", "side by side: pass-through, McAdams, pitch shift, Voxveil", "for each")
    compare.add_argument("--against", type=Path, metavar="FILE", help="compare.json of an earlier run; fails if worse")


def run(args: argparse.Namespace) -> int:
    """Measure, print, write."""
    from core.bundle import Bundle
    from core.errors import ConfigError
    from voxveil.commands.extras import need

    if args.out:
        need("matplotlib", "eval")
    if getattr(args, "hours", None) is not None:
        args.seconds = 3600 * args.hours
    if not 1.0 <= getattr(args, "seconds", 1.0) <= 86_400:
        raise ConfigError(f"--seconds lies between 1 and 86400, not {args.seconds:g}")
    if getattr(args, "threads", 1) < 1:
        raise ConfigError(f"--threads wants 1 or more, not {args.threads}")
    found = _measure(args, Bundle.load(args.bundle))
    print(json.dumps(found, indent=2) if args.json else "\n".join(bench_text.lines(args.kind, found)))
    if args.out:
        from bench.pages import write

        for path in write(args.kind, found, args.out, "voxveil " + shlex.join(sys.argv[1:])):
            print(path, file=sys.stderr)
    if getattr(args, "against", None):
        from bench.compare import against

        worse = against(found, args.against)
        print("\n".join(worse) or f"not worse than {args.against}", file=sys.stderr)
        return 1 if worse else 0
    return 0


def _measure(args: argparse.Namespace, bundle: Any) -> dict[str, Any]:
    if args.kind == "compute":
        from bench.compute import measure
        from core.assets import sample_path

        where = (str(sample_path()), args.seconds, args.provider, args.threads, not args.all_cores)
        return {"bundle": bundle.name, **measure(bundle, *where).to_dict()}
    if args.kind == "latency":
        from bench.latency import latency

        return latency(bundle, args.seconds, args.server, args.backend)
    if args.kind == "cable":
        from bench.cable import cable

        return cable(args.seconds, args.play, args.record)
    if args.kind == "soak":
        from bench.soak import soak

        return soak(bundle, args.seconds, args.server)
    if args.kind == "load":
        from bench.load import load

        return load(bundle, args.seconds)
    if args.kind == "throughput":
        from bench.throughput import throughput

        return throughput(bundle, args.minutes, _numbers(args.jobs))
    from voxveil.commands.extras import need

    need("scipy", "eval")
    from bench.compare import compare

    return compare(bundle, args.seconds)


def _numbers(words: str) -> tuple[int, ...]:
    from core.errors import ConfigError

    if not words or not all(word.isdigit() and int(word) > 0 for word in words.split(",")):
        raise ConfigError(f"--jobs wants numbers with commas between them, not {words}")
    return tuple(int(word) for word in words.split(","))
