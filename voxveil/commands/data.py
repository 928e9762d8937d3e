"""`voxveil data prepare|teacher|synthesize`: from corpora to what training reads."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from voxveil.commands.extras import need

if TYPE_CHECKING:
    from training.data.recording import Recording

HELP = "prepare speech for training, teach phonemes to unlabelled speech, or make aligned parallel speech"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One parser for each of the three jobs."""
    jobs = parser.add_subparsers(dest="job", required=True, metavar="JOB")
    prepare = jobs.add_parser("prepare", help="decode, resample and label corpora into one folder")
    prepare.add_argument("out", type=Path, metavar="OUT", help="the folder to write; a stopped run goes on there")
    for name, text in (
        ("parallel", "aligned parallel speech: its .jsonl"),
        ("talkers", "a folder of real talkers with a manifest.jsonl"),
        ("vctk", "the root of VCTK 0.92 or 0.80"),
        ("libri", "the root of LibriTTS or LibriSpeech, or a subset of it"),
        ("plain", "any folder of audio files"),
    ):
        prepare.add_argument(f"--{name}", type=Path, action="append", default=[], metavar="PATH", help=text)
    prepare.add_argument(
        "--heldout",
        type=Path,
        metavar="FILE",
        help="lines `talker val|test` for --talkers (the others are trained on) and --libri (as ls_NUMBER)",
    )
    prepare.add_argument("--vctk-all", action="store_true", help="all VCTK talkers rather than twenty")
    prepare.add_argument("--processes", type=int, default=2, metavar="N")

    teacher = jobs.add_parser("teacher", help="phoneme posteriors for speech without labels")
    teacher.add_argument("--prepared", type=Path, required=True, metavar="DIR", help="what `data prepare` wrote")
    teacher.add_argument("--whisper", type=Path, required=True, metavar="DIR", help="a CTranslate2 Whisper model")
    teacher.add_argument("--no-text", action="store_true", help="do not align the known text (needs no espeak-ng)")
    teacher.add_argument("--parallel-limit", type=int, default=0, metavar="N", help="parallel utterances used, 0: all")
    teacher.add_argument("--threads", type=int, default=1, metavar="N")

    synthesize = jobs.add_parser("synthesize", help="make aligned parallel speech with a Kokoro-type synthesiser")
    synthesize.add_argument("out", type=Path, metavar="OUT.jsonl", help="the listing; sound and labels go beside it")
    synthesize.add_argument("--graph", type=Path, required=True, metavar="ONNX", help="the synthesiser")
    synthesize.add_argument("--vocab", type=Path, required=True, metavar="JSON", help='{"vocab": {symbol: id}}')
    synthesize.add_argument(
        "--voices", type=Path, required=True, metavar="DIR", help="NAME.bin, float32 [lengths, 256]"
    )
    synthesize.add_argument("--sentences", type=Path, required=True, metavar="TXT", help="one a line")
    synthesize.add_argument("--lang", default="en-us", help="espeak-ng's name of the language (default en-us)")
    synthesize.add_argument("--targets", nargs="+", required=True, metavar="VOICE", help="voices to speak in")
    synthesize.add_argument("--prosody", nargs="+", metavar="VOICE", help="voices to take melody from (default: all)")
    synthesize.add_argument("--seed", type=int, default=1)
    synthesize.add_argument("--threads", type=int, default=1, metavar="N")


def run(args: argparse.Namespace) -> int:
    """Hand over to the job."""
    need("soxr", "train")
    return {"prepare": _prepare, "teacher": _teacher, "synthesize": _synthesize}[args.job](args)


def _prepare(args: argparse.Namespace) -> int:
    need("parselmouth", "train")
    from training.data.prepare import prepare

    report = prepare(_recordings(args), args.out, max(args.processes, 1))
    print(f"{args.out}: {report.kept} utterances, {report.hours:.2f} h of sound, {len(report.skipped)} skipped")
    return 0


def _recordings(args: argparse.Namespace) -> list[Recording]:
    from core.errors import ConfigError
    from training.data.libri import list_libri
    from training.data.parallel import list_parallel
    from training.data.plain import list_plain
    from training.data.recording import read_heldout
    from training.data.talkers import list_talkers
    from training.data.vctk import list_vctk

    if args.heldout is not None and not args.heldout.is_file():
        raise ConfigError(f"{args.heldout}: no such file")
    heldout = read_heldout(args.heldout) if args.heldout else None
    found = [r for path in args.parallel for r in list_parallel(path)]
    found += [r for path in args.talkers for r in list_talkers(path, heldout)]
    found += [r for path in args.vctk for r in list_vctk(path, everyone=args.vctk_all)]
    found += [r for path in args.libri for r in list_libri(path, heldout)]
    return found + [r for path in args.plain for r in list_plain(path)]


def _teacher(args: argparse.Namespace) -> int:
    for module in ("torch", "faster_whisper"):
        need(module, "teacher")
    from training.teacher.make import make_teacher

    report = make_teacher(args.prepared, args.whisper, not args.no_text, args.threads, args.parallel_limit)
    print(
        f"{report.utterances} utterances taught; on the parallel validation split "
        f"{report.frames_right:.1%} of frames right, {report.frames_right_again:.1%} after learning from real speech"
    )
    if report.phoneme_errors >= 0:
        print(
            f"phoneme errors on real validation talkers: {report.phoneme_errors:.1%}, then "
            f"{report.phoneme_errors_again:.1%}"
        )
    return 0


def _synthesize(args: argparse.Namespace) -> int:
    need("onnx", "teacher")
    from training.data.synthesize import synthesize

    report = synthesize(
        args.out,
        graph=args.graph,
        vocab=args.vocab,
        voices=args.voices,
        sentences=args.sentences,
        lang=args.lang,
        targets=args.targets,
        prosody=args.prosody,
        seed=args.seed,
        threads=args.threads,
    )
    print(f"{args.out}: {report.made} utterances, {report.minutes:.1f} min a side, {report.skipped} sentences skipped")
    return 0
