"""`voxveil bench compute|latency|soak`: measure this machine."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.compute import Compute

SLOPE_SECONDS = 600.0
"""In less time a slope says more about the first minute than about an hour."""
HELP = "measure this machine: time per block, delay, hours of a call"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to use (default: the one that ships)")
    common.add_argument("--json", action="store_true", help="as JSON")
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="compute|latency|soak")
    compute = kinds.add_parser("compute", parents=[common], help="milliseconds and memory of a 20 ms block")
    compute.add_argument("--seconds", type=float, default=30.0, metavar="N", help="of speech, each way (default: 30)")
    compute.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help="where the graphs run")
    compute.add_argument("--threads", type=int, default=1, metavar="N", help="of each graph (default: 1)")
    latency = kinds.add_parser("latency", parents=[common], help="delay from microphone to virtual microphone")
    latency.add_argument("--seconds", type=float, default=60.0, metavar="N", help="of speech (default: 60)")
    soak = kinds.add_parser("soak", parents=[common], help="a long call: does anything grow, drift or break?")
    soak.add_argument("--seconds", type=float, default=3600.0, metavar="N", help="of speech (default: 3600)")
    compute.add_argument("--all-cores", action="store_true", help="do not keep to one core")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    from core.bundle import Bundle
    from core.errors import ConfigError

    if not 1.0 <= args.seconds <= 86_400:
        raise ConfigError(f"--seconds lies between 1 and 86400, not {args.seconds:g}")
    if args.kind != "compute":
        return _latency(args) if args.kind == "latency" else _soak(args)
    if args.threads < 1:
        raise ConfigError(f"--threads wants 1 or more, not {args.threads}")
    from bench.compute import measure
    from core.assets import sample_path

    bundle = Bundle.load(args.bundle)
    found = measure(bundle, str(sample_path()), args.seconds, args.provider, args.threads, not args.all_cores)
    if args.json:
        print(json.dumps({"bundle": bundle.name, **found.to_dict()}, indent=2))
    else:
        _show(bundle.name, found)
    return 0


def _latency(args: argparse.Namespace) -> int:
    from bench.latency import latency
    from core.bundle import Bundle

    found = latency(Bundle.load(args.bundle), args.seconds)
    if args.json:
        print(json.dumps(found, indent=2))
        return 0
    delay, check, engine = found["delay_ms"], found["check_ms"], found["engine"]
    print(f"bundle {found['bundle']}, {args.seconds:g} s of speech through a PulseAudio server of its own, 48 kHz")
    print(
        f"microphone to virtual microphone: p50 {delay['p50']:.1f}, p95 {delay['p95']:.1f}, max {delay['max']:.1f} ms"
    )
    print(f"  {delay['count']} windows; algorithmic {found['algorithmic_ms']:g} ms of it")
    print(f"the method on a known delay of {check['known']:g} ms: {check['measured']:.2f} ms")
    print(f"the engine's own figure: {engine['delay_ms']:.1f} ms")
    for part, ms in engine["parts_ms"].items():
        print(f"  {part:18} {ms:5.1f} ms")
    print(f"silenced blocks    {found['silenced_blocks']}")
    print(f"xruns              {', '.join(f'{kind} {n}' for kind, n in found['xruns'].items() if n) or 'none'}")
    return 0


def _soak(args: argparse.Namespace) -> int:
    from bench.soak import soak
    from core.bundle import Bundle

    found = soak(Bundle.load(args.bundle), args.seconds)
    if args.json:
        print(json.dumps(found, indent=2))
        return 0
    print(f"bundle {found['bundle']}, {args.seconds:g} s; {'':6} first     last  an hour")
    for key in ("delay_ms", "ring_fill_ms", "drift_ppm", "memory_mb", "open_files"):
        row = found[key]
        slope = f"{row['per_hour']:+8.2f}" if args.seconds >= SLOPE_SECONDS else "       –"
        print(f"  {key:22} {row['first']:12.2f} {row['last']:8.2f} {slope}")
    print(f"blocks {found['blocks']}, silenced {found['silenced_blocks']}, restarts {found['restarts']}")
    print(f"states             {', '.join(f'{state} {n}' for state, n in found['states'].items())}")
    print(f"xruns              {', '.join(f'{kind} {n}' for kind, n in found['xruns'].items() if n) or 'none'}")
    return 0


def _show(name: str, found: Compute) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(
        f"bundle {name} on {found.provider}, {found.cores} core(s), {found.blocks} blocks of 20 ms each way; "
        f"the machine was {100 * found.busy:.0f} % busy",
        soft_wrap=True,
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("milliseconds", "p50", "p95", "p99", "max"):
        table.add_column(heading, justify="left" if heading == "milliseconds" else "right")
    for title, times in (("flat out", found.flat_out), ("paced", found.paced)):
        for stage, t in times.items():
            table.add_row(f"{title}: {stage}", f"{t.p50:.2f}", f"{t.p95:.2f}", f"{t.p99:.2f}", f"{t.max:.2f}")
    console.print(table)
    print(f"speed flat out     {found.speed:.1f} x real time")
    print(f"late blocks, paced {found.late}")
    print(f"processor, paced   {100 * found.processor_share:.1f} % of one core")
    print(f"first block        {found.first_block_ms:.1f} ms")
    print(f"memory             {found.memory_mb:.0f} MB")
    print(f"start              {found.start_seconds:.2f} s")
