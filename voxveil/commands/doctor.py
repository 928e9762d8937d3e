"""`voxveil doctor`: looks at everything that Voxveil needs and says in words what to fix."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

HELP = "check the machine, the devices and the model, and say what to fix"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to check, how to show it."""
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to check (default: the one that ships)")
    parser.add_argument("--json", action="store_true", help="as JSON, one object a check")


def run(args: argparse.Namespace) -> int:
    """Run the checks; 0 when Voxveil can work, 1 when something must be fixed first."""
    from rich.console import Console

    from realtime.checks import Check, Grade, run_all

    marks = {Grade.GOOD: "[green]ok[/]  ", Grade.NOTE: "[yellow]note[/]", Grade.BAD: "[red]fix[/] "}
    console = Console(highlight=False, soft_wrap=True)

    def show(check: Check) -> None:
        if args.json:
            print(json.dumps({**asdict(check), "grade": check.grade.value}), flush=True)
            return
        console.print(f"{marks[check.grade]}  {check.title}: ", end="")
        console.print(check.text, markup=False)
        if check.fix:
            console.print(f"      → {check.fix}", markup=False)

    bad = 0
    for check in run_all(args.bundle):
        bad += check.grade is Grade.BAD
        show(check)
    if not args.json:
        console.print("" if bad else "Nothing needs fixing.", f"{bad} to fix." if bad else "", sep="")
    return 1 if bad else 0
