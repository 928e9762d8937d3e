"""`voxveil add-voice NAME FOLDER`: a new voice from minutes of somebody's speech."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from voxveil.commands.extras import need

if TYPE_CHECKING:
    import numpy as np

    from core.bundle import Bundle
    from evaluation.similarity import Verifier
    from export.one_voice import LiveModel
    from training.add_voice.recordings import Recordings

HELP = "make a new voice from 1 to 10 minutes of speech"
CONSENT = (
    "This makes the voice of a real person. Do it only with that person's consent, tell listeners that the voice is "
    "made, and remove it when they ask: {how}"
)
NOTE = "fitted to recordings"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two words are enough."""
    parser.add_argument("name", metavar="NAME", help="how to call the voice")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="recordings of one person, any audio format")
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="bundle to add to (default: the one that ships)")
    parser.add_argument("--sex", choices=("F", "M", "?"), default="?", help="what the list of voices says")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        nargs="+",
        metavar="CKPT",
        help="fit with the weights of training, which the bundle must be made of (default: the bundle's own)",
    )
    parser.add_argument("--steps", type=int, default=400, metavar="N", help="at most so many (default 400)")
    parser.add_argument(
        "--decoder",
        type=Path,
        metavar="OUT",
        help="then let the decoder learn too, and export a bundle of its own with this voice alone",
    )
    parser.add_argument("--progress-lines", action="store_true", help="say how far it is, a line a step, for programs")
    parser.add_argument("--anyway", action="store_true", help="even if more than one person seems to speak")


def run(args: argparse.Namespace) -> int:
    """Judge the recordings, fit, install, measure."""
    need("lightning", "train")
    from core.bundle import Bundle, replace_voices
    from core.errors import ConfigError
    from training.add_voice.recordings import read_recordings

    bundle = Bundle.load(args.bundle)
    bundle.voices.add(args.name, bundle.voices.row(bundle.default_voice))  # is the name free?
    if args.decoder is not None:
        from export.pack import refuse

        refuse(args.decoder)
    print(CONSENT.format(how=_how_to_remove(args)))
    verifier = _verifier()
    recordings = read_recordings(args.folder, verifier)
    for remark in recordings.remarks:
        print(f"note: {remark}")
    print(f"{recordings.speech:.0f} s of speech in {len(recordings.pieces)} pieces{_talkers(recordings)}")
    if recordings.several_talkers and not args.anyway:
        raise ConfigError(
            f"{args.folder}: these recordings seem to be of more than one person (similarity {recordings.alike:.2f}); "
            "keep one person's, or say --anyway"
        )
    model = _model(args, bundle)
    row, fitted_model = _fit(args, bundle, model, recordings)
    if args.decoder is not None:
        made = _export(args, row, fitted_model)
        _measure(args, made, row, recordings, verifier)
        print(f"{args.decoder}: a bundle with '{args.name}' alone; use it with --bundle")
    else:
        _measure(args, bundle, row, recordings, verifier)
        before = _hashes(bundle)  # the bank is written last: until then, everything is as it was
        made = replace_voices(bundle, bundle.voices.add(args.name, row, args.sex, NOTE))
        _prove(before, _hashes(made))
        _result(args, "untouched", len(bundle.voices.names))
        print(f"{args.name} is in the bank of {made.path}")
    return 0


def _how_to_remove(args: argparse.Namespace) -> str:
    if args.decoder is not None:
        return f"delete {args.decoder}"
    return f"voxveil voices remove {args.name}" + (f" --bundle {args.bundle}" if args.bundle else "")


def _result(args: argparse.Namespace, name: str, *values: float) -> None:
    """A figure for programs (`--progress-lines`)."""
    if args.progress_lines:
        print("result", name, *(f"{value:.3f}" for value in values), flush=True)


def _verifier() -> Verifier | None:
    from importlib.util import find_spec

    if find_spec("resemblyzer") is None:
        print("note: whether one person speaks, and the likeness, are not measured: pip install 'voxveil[eval]'")
        return None
    from evaluation.similarity import Verifier

    return Verifier()


def _talkers(recordings: Recordings) -> str:
    from training.add_voice.recordings import STRANGER

    if recordings.alike is None:
        return ""
    return f"; the two most different halves are alike to {recordings.alike:.2f} (one person's: {STRANGER:.2f} or more)"


def _model(args: argparse.Namespace, bundle: Bundle) -> LiveModel:
    """The bundle's own model, or that of checkpoints, which has to be the same."""
    from export.one_voice import model_of

    return model_of(bundle, args.checkpoint)


def _fit(
    args: argparse.Namespace, bundle: Bundle, model: LiveModel, recordings: Recordings
) -> tuple[np.ndarray, LiveModel]:
    import numpy as np
    from rich.progress import Progress

    from training.add_voice.fit import fit, fit_decoder
    from training.add_voice.lessons import make_lessons

    with Progress(transient=True, disable=args.progress_lines) as bar:
        bar.add_task("Listening", total=None)
        lessons, log_f0 = make_lessons(model, recordings.pieces)
    rows = np.stack([bundle.voices.row(name) for name in bundle.voices.names])
    with Progress(disable=args.progress_lines) as bar:
        task = bar.add_task("Fitting the voice", total=args.steps)

        def show(step: int, loss: float) -> None:
            bar.update(task, completed=step, description=f"Fitting the voice, loss {loss:.4f}")
            if args.progress_lines:
                print(f"progress {min(1.0, step / args.steps):.3f}", flush=True)

        fitted = fit(model, lessons, rows, args.steps, show)
        bar.update(task, total=fitted.steps, completed=fitted.steps)
        if args.decoder is not None:
            task = bar.add_task("Fitting the decoder", total=args.steps)
            fitted = fit_decoder(fitted, lessons, args.steps, show)
    print(
        f"loss on speech kept back: {fitted.before:.4f} of the nearest voice ({bundle.voices.names[fitted.nearest]}), "
        f"{fitted.after:.4f} after {fitted.steps} steps; pitch {np.exp(log_f0[0]):.0f} Hz"
    )
    return np.concatenate([fitted.embedding, log_f0]).astype(np.float32), fitted.model


def _export(args: argparse.Namespace, row: np.ndarray, model: LiveModel) -> Bundle:
    """A bundle of the tuned model with one voice."""
    from export.one_voice import pack_voice

    return pack_voice(model, row, args.name, args.sex, NOTE, args.decoder)


def _hashes(bundle: Bundle) -> dict[str, str]:
    """sha256 of every graph's file and of every voice's row."""
    from hashlib import sha256

    from core.bundle import sha256_of

    graphs = {path.name: sha256_of(path) for path in sorted(bundle.path.glob("*.onnx"))}
    rows = {name: sha256(bundle.voices.row(name).tobytes()).hexdigest() for name in bundle.voices.names}
    return graphs | rows


def _prove(before: dict[str, str], after: dict[str, str]) -> None:
    """Say that nothing which was there has changed; a BundleError if it has."""
    from hashlib import sha256

    from core.errors import BundleError

    changed = [name for name, value in before.items() if after.get(name) != value]
    if changed:
        raise BundleError(f"{', '.join(changed)} changed when the voice was added; get the bundle anew")
    digest = sha256("".join(before.values()).encode()).hexdigest()[:16]
    graphs = sum(name.endswith(".onnx") for name in before)
    print(f"untouched: {graphs} graphs and {len(before) - graphs} voices, sha256 of all {digest}… before and after")


def _measure(
    args: argparse.Namespace, bundle: Bundle, row: np.ndarray, recordings: Recordings, verifier: Verifier | None
) -> None:
    """How alike and how natural: the sample, spoken by the bundle's graphs in the new voice `row`."""
    import numpy as np

    from core.assets import sample_path
    from core.audio_file import read_mono, resample
    from core.spec import SAMPLE_RATE
    from realtime.pipeline import Pipeline
    from realtime.recording import anonymize

    if verifier is None:
        return
    from evaluation.quality import dnsmos
    from evaluation.similarity import centroid, cosine

    pipeline = Pipeline(bundle, "cpu")
    sample = resample(*read_mono(sample_path()), SAMPLE_RATE)
    made = anonymize(pipeline, sample, SAMPLE_RATE, row, 1.0)
    own = np.concatenate(recordings.pieces)[: 60 * SAMPLE_RATE]
    halves = [verifier(half) for half in np.array_split(own, 2)]
    wanted, spoken, heard = centroid(halves), verifier(sample), verifier(made)
    print(
        f"the sample in the voice of {args.name}: similarity to the wanted voice {cosine(heard, wanted):.2f} (as it "
        f"was {cosine(spoken, wanted):.2f}; their own two halves {cosine(*halves):.2f}), to who speaks in the sample "
        f"{cosine(heard, spoken):.2f}"
    )
    quality, before = dnsmos(made)["OVRL"], dnsmos(own[: 20 * SAMPLE_RATE])["OVRL"]
    print(f"DNSMOS OVRL {quality:.2f} (the recordings {before:.2f})")
    _result(args, "likeness", cosine(heard, wanted), cosine(*halves))
    _result(args, "quality", quality, before)
