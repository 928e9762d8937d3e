"""`voxveil evaluate`: quality, intelligibility, prosody and privacy of a bundle on real talkers."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

HELP = "measure a bundle on recordings of real talkers; writes report.html and report.json"
DEFAULT_LIMIT = 72


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the recordings are, which of them, and what to measure with."""
    add = parser.add_argument
    add("--bundle", type=Path, metavar="FOLDER", help="bundle to measure (default: the one that ships)")
    add("--talkers", type=Path, metavar="FOLDER", help="recordings: manifest.jsonl, LibriSpeech, or a folder a talker")
    add("--out", type=Path, default=Path("out/evaluation"), metavar="FOLDER", help="for report and cache")
    add("--heldout", type=Path, default=Path("configs/data/heldout_talkers.txt"), metavar="FILE", help="talker, split")
    add("--split", default="test", help="held-out talkers to use: test, val, or '' for all in the folder")
    add("--only-talkers", type=Path, metavar="FILE", help="use exactly the talkers in FILE, one a line")
    add("--limit", type=int, default=DEFAULT_LIMIT, metavar="N", help="at most N recordings, spread over the talkers")
    add("--linking", type=int, default=0, metavar="N", help="attack the privacy with N recordings (default: not)")
    add("--lessons", type=int, default=270, metavar="N", help="recordings of others that attackers learn from")
    add("--noise", type=int, default=0, metavar="N", help="word errors in noise and in a room, with N recordings")
    add("--whisper", type=Path, metavar="FOLDER", help="Whisper model for word errors")
    add("--second-whisper", type=Path, metavar="FOLDER", help="another one (default: FOLDER/tiny of --whisper)")
    add("--pocketsphinx", action="store_true", help="and a recogniser of another family, with --whisper (slow)")
    add("--prepare-whisper", type=Path, metavar="FOLDER", help="put the recogniser together there, and stop")
    add("--verifier", type=Path, metavar="FILE", help="weights of the second verifier (default: those that ship)")
    add("--train-verifier", type=Path, metavar="FILE", help="train it on the talkers that are not held out, and stop")
    add("--prepared", type=Path, metavar="FOLDER", help="with --train-verifier: its synthetic talkers too")
    add("--steps", type=int, default=2400, metavar="N", help="with --train-verifier (default: 2400)")
    add(
        "--minutes",
        type=float,
        default=600.0,
        metavar="N",
        help="with --train-verifier: stop then; go on by a new call",
    )
    add("--target-reference", type=Path, metavar="FOLDER", help="speech of the target voices, a folder each")
    add("--voices", default="", metavar="A,B", help="voices to use in turn (default: the whole bank)")
    add("--prosody", type=float, default=1.0, help="0 flat to 1 as spoken")
    add("--also-prosody", default="", metavar="X,Y", help="further positions of the knob, a row each")
    add("--also", action="append", default=[], metavar="NAME=FOLDER", help="another bundle as a row; may be repeated")
    add(
        "--people",
        type=int,
        default=0,
        metavar="N",
        help="a row of somebody new in every recording, one of N people",
    )
    add("--baselines", action="store_true", help="also measure McAdams (VoicePrivacy B2) and a pitch shift (WORLD)")
    add(
        "--ablation", type=Path, metavar="FOLDER", help="put the table that `voxveil ablate` made there into the report"
    )
    add("--jobs", type=int, default=0, metavar="N", help="processes (default: one for each core)")
    add("--model-card", type=Path, metavar="FILE", help="write the card from OUT's report.json, and stop")
    add("--figures", type=Path, metavar="FILE", help="put OUT's figures between the markers of a page, and stop")
    add("--measured", action="store_true", help="put OUT's figures into the bundle's manifest, and stop")
    add("--quick", action="store_true", help="20 recordings and two voices: a first look")


def run(args: argparse.Namespace) -> int:
    """Measure and report."""
    from core.errors import ConfigError
    from voxveil.commands.extras import need

    need("jiwer", "eval")
    if args.pocketsphinx:
        need("pocketsphinx", "eval")
        if args.whisper is None:
            raise ConfigError("--pocketsphinx wants --whisper too: it is a second opinion")
    from evaluation.intelligibility import assemble

    if args.prepare_whisper:
        assemble(args.prepare_whisper)
        print(f"{args.prepare_whisper}: Whisper base is ready")
        return 0
    if args.model_card or args.figures or args.measured:
        return _publish(args)
    if args.talkers is None:
        raise ConfigError("say where the recordings are: --talkers FOLDER")
    if args.train_verifier:
        return _train_verifier(args)
    if args.limit < 1 or min(args.linking, args.noise, args.people, args.jobs) < 0:
        raise ConfigError("--limit wants 1 or more; --linking, --noise, --people and --jobs 0 or more")
    settings = tuple(_number(word) for word in args.also_prosody.split(",") if word)
    for value in (args.prosody, *settings):
        if not 0.0 <= value <= 1.0:
            raise ConfigError(f"--prosody lies between 0 and 1, not {value:g}")
    from evaluation.plan import Plan
    from evaluation.quick import RECORDINGS, pair
    from evaluation.run import evaluate
    from evaluation.workshop import cores

    voices = tuple(v for v in args.voices.split(",") if v)
    evaluate(
        Plan(
            bundle=args.bundle,
            talkers=args.talkers,
            out=args.out,
            heldout=args.heldout,
            split=args.split,
            only=_lines(args.only_talkers) if args.only_talkers else (),
            limit=min(args.limit, RECORDINGS) if args.quick else args.limit,
            linking=args.linking,
            lessons=args.lessons,
            noise=args.noise,
            whisper=args.whisper,
            whisper_second=args.second_whisper or _tiny(args.whisper),
            pocketsphinx=args.pocketsphinx,
            verifier=args.verifier,
            reference=args.target_reference,
            voices=voices or (pair(args.bundle) if args.quick else ()),
            prosody=args.prosody,
            settings=settings,
            also=tuple(_named(word) for word in args.also),
            processes=args.jobs or cores(),
            people=args.people,
            baselines=args.baselines,
            ablation=args.ablation,
            command="voxveil " + shlex.join(sys.argv[1:]),
        )
    )
    print(f"{args.out / 'report.html'}")
    return 0


def _publish(args: argparse.Namespace) -> int:
    """What is written from a report that is there already."""
    from core.bundle import Bundle
    from evaluation.card import write_card
    from evaluation.figures import write_figures, write_measured

    report, bundle = args.out / "report.json", Bundle.load(args.bundle)
    if args.model_card:
        write_card(report, bundle, args.model_card)
        print(f"{args.model_card}")
    if args.figures:
        write_figures(report, bundle, args.figures)
        print(f"{args.figures}")
    if args.measured:
        print(f"{write_measured(report, bundle).path / 'manifest.json'}")
    return 0


def _train_verifier(args: argparse.Namespace) -> int:
    from rich.console import Console

    from core.errors import ConfigError
    from evaluation.verifier_training import Lesson, train

    if args.steps < 1 or args.minutes <= 0:
        raise ConfigError("--steps wants 1 or more, --minutes more than 0")
    lesson = Lesson(args.talkers, args.heldout, args.train_verifier, args.prepared, args.steps, args.minutes)
    error = train(lesson, Console(stderr=True))
    if error is not None:
        print(f"{args.train_verifier}: equal error rate {error:.1f} % on the talkers of the split val")
    return 0


def _tiny(whisper: Path | None) -> Path | None:
    return whisper / "tiny" if whisper and (whisper / "tiny" / "model.bin").is_file() else None


def _named(word: str) -> tuple[str, str]:
    from core.errors import ConfigError

    name, equals, folder = word.partition("=")
    if not (name and equals and folder) or name in ("original", "anonymized"):
        raise ConfigError(f"--also wants NAME=FOLDER with a name of its own, not {word}")
    return name, folder


def _number(word: str) -> float:
    from core.errors import ConfigError

    try:
        return float(word)
    except ValueError as error:
        raise ConfigError(f"--also-prosody wants numbers with commas between them, not {word}") from error


def _lines(path: Path) -> tuple[str, ...]:
    from core.errors import ConfigError

    if not path.is_file():
        raise ConfigError(f"{path}: no such list of talkers")
    lines = path.read_text("utf8").splitlines()
    return tuple(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
