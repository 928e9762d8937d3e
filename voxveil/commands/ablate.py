"""`voxveil ablate`: one training run for each loss, all alike otherwise; then the table."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.ablation import Plan

HELP = "train vanilla, each loss alone and all of them; measure them alike; write the table"
STEPS = 600
TALKERS = "talkers.json"
"""Who speaks in each recording: intervals are over talkers."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to train, what to measure with."""
    add = parser.add_argument
    add("--on", choices=("live", "shipped", "reference"), default="live", help="what the parts are added to")
    add("--prepared", type=Path, metavar="DIR", help="training data, as `voxveil data prepare` wrote it")
    add("--out", type=Path, default=Path("out/ablation"), metavar="DIR", help="one folder per run, and the table")
    add("--parts", type=Path, metavar="DIR", help="one configuration per run (default: configs/ablation/losses)")
    add("--only", default="", metavar="A,B", help="these runs only (vanilla, all, or a part's name)")
    add("--steps", type=int, default=STEPS, metavar="N", help=f"of every run (default: {STEPS})")
    add("--full", action="store_true", help="full size, for a GPU; with --steps 40000 or so")
    add(
        "--with",
        dest="extra",
        type=Path,
        action="append",
        default=[],
        metavar="YAML",
        help="configuration for all runs",
    )
    add("--vocoder", type=Path, metavar="PATH", help="checkpoint of stage vocoder (reference-vocoder), or a bundle")
    add("--ear", type=Path, metavar="PATH", help="checkpoint of stage ear (or its runs) that all runs begin with")
    add("--partner", type=Path, metavar="PATH", help="checkpoint of stage partner (or its runs), for real speech")
    add("--path", action="append", default=[], metavar="PART=FILE", help="the network that a part needs")
    add("--talkers", type=Path, metavar="DIR", help="recordings to measure every run on (default: do not)")
    add("--split", default="val", help="held-out talkers to use (default: val, for choosing; test is for reporting)")
    add("--limit", type=int, default=24, metavar="N", help="recordings to measure")
    add("--linking", type=int, default=0, metavar="N", help="attack the privacy with N recordings (default: not)")
    add("--lessons", type=int, default=270, metavar="N", help="recordings of others that attackers learn from")
    add("--attacked", default="", metavar="A,B", help="attack these runs only, which is what takes long (default: all)")
    add("--whisper", type=Path, metavar="DIR", help="Whisper model for word errors")
    add("--jobs", type=int, default=0, metavar="N", help="processes that measure (default: one for each core)")
    add("--table", action="store_true", help="train nothing: the table of what is there")


def run(args: argparse.Namespace) -> int:
    """Train, measure, tabulate; each is skipped where it is done already."""
    from core.errors import ConfigError
    from voxveil.commands.extras import need

    if args.table:
        return _table(args)
    need("lightning", "train")
    from training.ablation import train

    if args.prepared is None:
        raise ConfigError("say where the training data is: --prepared DIR")
    if args.steps < 1 or args.limit < 1 or min(args.linking, args.lessons, args.jobs) < 0:
        raise ConfigError("--steps and --limit want 1 or more, --linking, --lessons and --jobs 0 or more")
    if args.talkers is not None:
        _measurable(args)
    records, _ = train(_plan(args))
    if args.talkers is not None:
        for record in records:
            measure(args, record)
    return _table(args)


def _measurable(args: argparse.Namespace) -> None:
    from core.errors import ConfigError
    from voxveil.commands.extras import need

    need("jiwer", "eval")
    if args.on == "reference":
        raise ConfigError("only the live model makes bundles that can be measured; leave --talkers out")
    if args.vocoder is None:
        raise ConfigError("a bundle needs a vocoder: --vocoder, a checkpoint of stage vocoder or a bundle")


def _plan(args: argparse.Namespace) -> Plan:
    from core.errors import ConfigError
    from training.ablation import CONFIGS, Plan

    if args.on == "reference" and (args.ear or args.partner):
        raise ConfigError("--ear and --partner are for the live model; leave them out with --on reference")
    if args.ear and not args.vocoder:
        raise ConfigError("--ear wants --vocoder too: runs begin with both")
    folder = args.parts or CONFIGS / "ablation" / "losses"
    parts = tuple(sorted(folder.glob("*.yaml")))
    if not parts:
        raise ConfigError(f"{folder} holds no configurations (*.yaml)")
    paths = {}
    for word in args.path:
        name, _, path = word.partition("=")
        if not path or name not in {part.stem for part in parts}:
            raise ConfigError(f"--path {word}: give PART=FILE, the part being one of those in {folder}")
        paths[name] = Path(path)
    return Plan(
        base=args.on,
        parts=parts,
        prepared=args.prepared,
        out=args.out,
        steps=args.steps,
        size="full" if args.full else "small",
        vocoder=args.vocoder,
        ear=args.ear,
        partner=args.partner,
        extra=tuple(args.extra),
        only=tuple(name for name in args.only.split(",") if name),
        paths=paths,
    )


def measure(args: argparse.Namespace, record: dict[str, Any]) -> None:
    """Export and evaluate one run; originals are measured once for all of them."""
    from evaluation.talkers import read_recordings
    from voxveil.cli import main as voxveil

    folder = args.out / record["name"]
    bundle = folder / "bundle"
    if not (bundle / "manifest.json").is_file():
        _export(args.out / record["checkpoint"], bundle, record["name"])
    shared = args.out / "evaluation"
    words = ["evaluate", "--bundle", bundle, "--talkers", args.talkers, "--out", shared, "--split", args.split]
    words += ["--limit", args.limit, "--jobs", args.jobs]
    if not args.attacked or record["name"] in args.attacked.split(","):
        words += ["--linking", args.linking, "--lessons", args.lessons]
    words += ["--whisper", args.whisper] if args.whisper else []
    # Another number of recordings, or other attackers, is another measurement; the cache knows what is the same.
    asked = json.dumps([str(word) for word in words if word not in ("--jobs", args.jobs)])
    done = folder / "measured.json"
    if (folder / "report.json").is_file() and done.is_file() and done.read_text("utf8") == asked:
        return
    if voxveil([str(word) for word in words]) != 0:
        from core.errors import VoxveilError

        raise VoxveilError(f"{record['name']} was not measured; the same command goes on here")
    talkers = {r.id: r.talker for r in read_recordings(args.talkers)}
    (args.out / TALKERS).write_text(json.dumps(talkers, indent=1) + "\n", "utf8")
    for name in ("report.html", "report.json"):
        (shared / name).replace(folder / name)
    done.write_text(asked, "utf8")


def _export(checkpoint: Path, bundle: Path, name: str) -> None:
    """A bundle to measure, without the parity check of one that ships.

    After a short run pitch is a guess, and guesses amplify rounding. What is measured is the graph itself.
    """
    import logging

    from export.checkpoint import load_model
    from export.pack import pack
    from training.ablation import CONFIGS

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    model, names = load_model([checkpoint])
    provenance = {"checkpoints": [checkpoint.name], "config": model.config.to_dict()}
    pack(model, names, CONFIGS / "voices.yaml", bundle, name, provenance)


def _table(args: argparse.Namespace) -> int:
    """Everything that is there, vanilla first and `all` last."""
    from rich.console import Console
    from rich.table import Table

    from core.errors import ConfigError
    from evaluation.ablation import compared, lines_of, write_table

    found = {path.parent.name: _json(path) for path in sorted(args.out.glob("*/run.json"))}
    if not found:
        raise ConfigError(f"{args.out} holds no finished runs")
    order = sorted(found, key=lambda name: (name != "vanilla", name == "all", name))
    reports = {
        name: _json(args.out / name / "report.json") for name in order if (args.out / name / "report.json").is_file()
    }
    table = compared([found[name] for name in order], reports, _json(args.out / TALKERS))
    table["left_out"] = _json(args.out / "left_out.json")
    write_table(table, args.out, "Ablation")
    head, lines = lines_of(table)
    shown = Table(*head)
    for line in _escaped(lines):
        shown.add_row(*line)
    Console().print(shown)
    print(f"{args.out / 'ablation.md'}")
    return 0


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf8"))) if path.is_file() else {}


def _escaped(lines: Iterable[list[str]]) -> Iterable[list[str]]:
    return ([cell.replace("[", "\\[") for cell in line] for line in lines)
