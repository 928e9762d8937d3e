"""The evaluation from recordings to report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from core.bundle import Bundle
from core.spec import SAMPLE_RATE
from evaluation.intelligibility import Recogniser
from evaluation.measure import Instruments, Measured, load, measure
from evaluation.report import TITLES, write_html, write_json
from evaluation.similarity import Verifier
from evaluation.summary import attacks, figures, similarities
from evaluation.talkers import of_split, read_recordings, spread
from realtime.pipeline import Pipeline
from realtime.recording import anonymize


@dataclass(frozen=True)
class Plan:
    """What to evaluate.

    Attributes:
        bundle: folder, None for the default. talkers: folder of recordings.
        heldout, split: list of held-out talkers and which of them; split "" takes all.
        limit: most recordings. whisper: the recogniser's folder, None for no word errors.
        out: where the report goes. voices: used in turn over the talkers; empty for the whole bank.
        prosody: the knob.
    """

    bundle: Path | None
    talkers: Path
    heldout: Path
    split: str
    limit: int
    whisper: Path | None
    out: Path
    voices: tuple[str, ...]
    prosody: float
    command: str


def evaluate(plan: Plan) -> dict[str, Any]:
    """Measure, write `report.json` and `report.html` into `plan.out`, print the table, give the results.

    Voices are dealt in turn over the sorted talkers; for the lazy-informed attacker's enrolment the deal is moved on by
    half the bank, so that nobody is enrolled with the voice of the trial.

    Raises:
        VoxveilError: bundle, voices, recordings or recogniser are missing.
    """
    bundle = Bundle.load(plan.bundle)
    pipeline = Pipeline(bundle)
    voices = list(plan.voices) or bundle.voices.names
    rows = {name: bundle.voices.row(name) for name in voices}
    recordings = read_recordings(plan.talkers)
    if plan.split:
        recordings = of_split(recordings, plan.heldout, plan.split)
    loaded, left_out = load(spread(recordings, plan.limit))
    instruments = Instruments(Verifier(), Recogniser(plan.whisper) if plan.whisper else None)
    silent = Instruments(instruments.verifier, None)
    cache = plan.out / "cache"
    order = sorted({r.talker for r, _ in loaded})
    originals: list[Measured] = []
    made: list[Measured] = []
    enrolled: list[Measured] = []
    examples: list[tuple[str, np.ndarray, np.ndarray]] = []
    for r, original in track(loaded, description="measuring"):
        turn = order.index(r.talker)
        voice, other = voices[turn % len(voices)], voices[(turn + (len(voices) + 1) // 2) % len(voices)]
        sound = anonymize(pipeline, original, SAMPLE_RATE, rows[voice], plan.prosody)
        originals.append(measure(r, original, original, "", instruments, cache))
        made.append(measure(r, original, sound, voice, instruments, cache))
        if len(voices) > 1:
            enrol = anonymize(pipeline, original, SAMPLE_RATE, rows[other], plan.prosody)
            enrolled.append(measure(r, original, enrol, other, silent, cache))
        if len(examples) < 8 and turn >= len(examples):
            examples.append((f"{r.id} as {voice}", original, sound))
    results: dict[str, Any] = {
        "about": {
            "bundle": bundle.name,
            "recordings": len(made),
            "talkers": len(order),
            "voices": voices,
            "prosody": plan.prosody,
            "left_out": left_out,
            "command": plan.command,
        },
        "rows": {"original": figures(originals), "anonymized": figures(made)},
        "similarity": similarities(originals, made),
        "attacks": attacks(originals, made, enrolled or made) if _enough(made) else {},
        "utterances": [
            {"id": m.recording.id, "voice": m.voice, "heard": m.heard, "said": m.recording.text, **m.scores}
            for m in made
        ],
    }
    plan.out.mkdir(parents=True, exist_ok=True)
    write_json(results, plan.out / "report.json")
    write_html(results, examples, plan.out / "report.html")
    show(results, Console())
    return results


def show(results: dict[str, Any], console: Console) -> None:
    """Print the figures as tables."""
    table = Table("", *results["rows"])
    for key, title in TITLES.items():
        table.add_row(title, *(_text(row[key]) for row in results["rows"].values()))
    for key, e in results["similarity"].items():
        table.add_row(f"similarity {key.replace('_', ' ')}", "", _text(e))
    console.print(table)
    for name, a in results["attacks"].items():
        console.print(
            f"equal error rate, {name.replace('_', '-')}: {a['eer']:.1f} % [{a['low']:.1f}, {a['high']:.1f}], "
            f"D_sys {a['linkability']:.2f}, worst {a['worst_talker']} {a['worst_eer']:.0f} %"
        )


def _text(e: dict[str, Any]) -> str:
    return f"{e['value']:.3f} [{e['low']:.3f}, {e['high']:.3f}]"


def _enough(rows: list[Measured]) -> bool:
    talkers = [m.recording.talker for m in rows]
    return sum(talkers.count(t) >= 2 for t in set(talkers)) >= 2
