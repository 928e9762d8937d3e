"""`voxveil file IN OUT`: anonymize a recording, or a folder of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from voxveil.commands.voice_options import add_voice_options

HELP = "anonymize a recording (wav, flac, ogg), or every recording of a folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """IN, OUT and how to do it."""
    parser.add_argument("source", type=Path, metavar="IN", help="a recording, or a folder of recordings")
    parser.add_argument("target", type=Path, metavar="OUT", help="a file to write, or a folder when IN is one")
    add_voice_options(parser)
    parser.add_argument("--force", action="store_true", help="replace what is there")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="files at a time, when IN is a folder")
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help="where the graphs run")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")
    parser.add_argument(
        "--progress-lines", action="store_true", help="print the share that is done as plain lines, for programs"
    )


def run(args: argparse.Namespace) -> int:
    """One file in this process; a folder through a pool of processes."""
    if args.source.is_dir():
        from voxveil.folder import run_folder

        return run_folder(args)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from core.audio_file import check_exists, check_target
    from core.bundle import Bundle
    from realtime.pipeline import Pipeline
    from voxveil.anonymizer import Anonymizer
    from voxveil.commands.voice_options import chosen_voice

    check_exists(args.source)
    check_target(args.source, args.target, args.force)
    bundle = Bundle.load(args.bundle)
    row, name = chosen_voice(args, bundle)
    voice = Anonymizer(Pipeline(bundle, args.provider), row, args.prosody)
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
        console=console,
        disable=args.quiet or not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(args.source.name, total=1.0)

        def show(done: float) -> None:
            if args.progress_lines:
                print(f"progress {done:.4f}", flush=True)
            else:
                bar.update(task, completed=done)

        report = voice.process_file(args.source, args.target, overwrite=args.force, progress=show)
    for remark in report.remarks:
        print(f"voxveil: note: {remark}", file=sys.stderr)
    if not args.quiet:
        print(
            f"{report.target}: {report.seconds:.2f} s as {name}, {report.rate} Hz, {report.speed:.1f} x real time "
            f"on {voice.provider}"
        )
    return 0
