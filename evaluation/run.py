"""The evaluation from recordings to report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from core.bundle import Bundle
from evaluation.cache import Cache
from evaluation.intelligibility import Recogniser
from evaluation.linking import attacks
from evaluation.measure import Instruments, Measured, Sound, embed, load, measure
from evaluation.report import write_html, write_json
from evaluation.similarity import Verifier, centroid
from evaluation.summary import Vector, figures, similarities
from evaluation.systems import System, dealt, mcadams, of_bundle, original, pitch_shift
from evaluation.table import show
from evaluation.talkers import Recording, named, of_split, read_recordings, references, spread
from realtime.pipeline import Pipeline

Loaded = list[tuple[Recording, Sound]]
EXAMPLES = 6
EACH = 3
"""Recordings of each talker that a trained attacker learns from."""


@dataclass(frozen=True)
class Plan:
    """What to evaluate.

    Attributes:
        bundle: folder, None for the default. talkers: folder of recordings.
        heldout, split: list of held-out talkers and which of them; split "" takes all.
        only: exactly these talkers; empty for those of the split.
        limit: most recordings to measure in full. linking: most recordings for the attackers (0: none).
        lessons: most recordings of other talkers (in no split) that trained attackers learn from.
        whisper: the recogniser's folder, None for no word errors.
        reference: folder with real speech of target voices, a folder each; or None.
        voices: used in turn over the talkers; empty for the whole bank. prosody: the knob.
        baselines: also measure the simple anonymizers.
        out: where report.html and report.json go, and the cache. command: how this was started, for the report.
    """

    bundle: Path | None
    talkers: Path
    out: Path
    heldout: Path = Path("configs/data/heldout_talkers.txt")
    split: str = "test"
    only: tuple[str, ...] = ()
    limit: int = 72
    linking: int = 0
    lessons: int = 270
    whisper: Path | None = None
    reference: Path | None = None
    voices: tuple[str, ...] = ()
    prosody: float = 1.0
    baselines: bool = False
    command: str = ""


def evaluate(plan: Plan, console: Console | None = None) -> dict[str, Any]:
    """Measure, write `report.json` and `report.html` into `plan.out`, print the tables, give the results.

    Raises:
        VoxveilError: bundle, voices, recordings or recogniser are missing.
    """
    console = console or Console()
    bundle = Bundle.load(plan.bundle)
    pipeline = Pipeline(bundle)
    ours = of_bundle(pipeline, list(plan.voices) or bundle.voices.names, plan.prosody)
    recordings = chosen(plan)
    plan.out.mkdir(parents=True, exist_ok=True)
    recogniser = Recogniser(plan.whisper) if plan.whisper else None
    instruments = Instruments(Cache(plan.out / "cache"), Verifier(), recogniser)
    loaded, left_out = load(spread(recordings, plan.limit))
    systems = [original(), ours, *([mcadams(), pitch_shift()] if plan.baselines else [])]
    rows = {s.name: measure_all(s, loaded, instruments, console) for s in systems}
    targets = _targets(plan, instruments)
    linked, more_left_out = load(spread(recordings, plan.linking)) if plan.linking else ([], [])
    lessons, _ = load(_lessons(plan, recordings)) if plan.linking else ([], [])
    results: dict[str, Any] = {
        "about": {
            "bundle": bundle.name,
            "files": bundle.manifest["files"],
            "recordings": len(loaded),
            "talkers": len({r.talker for r, _ in loaded}),
            "seconds": round(sum(len(x) for _, x in loaded) / 24000, 1),
            "split": plan.split,
            "voices": list(ours.targets),
            "prosody": plan.prosody,
            "left_out": sorted({*left_out, *more_left_out}),
            "command": plan.command,
        },
        "rows": {name: figures(row) for name, row in rows.items()},
        "similarity": similarities(rows["original"], rows[ours.name], targets),
        "attacks": attacks(systems, linked, lessons, instruments, console) if linked else {},
        "utterances": [
            {"id": m.recording.id, "voice": m.target, "heard": m.heard, "said": m.recording.text, **m.scores}
            for m in rows[ours.name]
        ],
    }
    write_json(results, plan.out / "report.json")
    write_html(results, _examples(ours, loaded, instruments.cache), plan.out / "report.html")
    show(results, console)
    return results


def chosen(plan: Plan) -> list[Recording]:
    """The recordings of the plan's talkers.

    Raises:
        ConfigError: there are none.
    """
    recordings = read_recordings(plan.talkers)
    if plan.only:
        return [r for r in recordings if r.talker in plan.only]
    return of_split(recordings, plan.heldout, plan.split) if plan.split else recordings


def _lessons(plan: Plan, tried: list[Recording]) -> list[Recording]:
    """Three recordings each of talkers whom the list of held-out talkers does not name: attackers learn from them."""
    heldout = named(plan.heldout) | {r.talker for r in tried}
    by_talker: dict[str, list[Recording]] = {}
    for r in read_recordings(plan.talkers):
        if r.talker not in heldout:
            by_talker.setdefault(r.talker, []).append(r)
    groups = [rs[:EACH] for _, rs in sorted(by_talker.items()) if len(rs) >= EACH]
    step = max(1, -(-len(groups) * EACH // max(1, plan.lessons)))
    return [r for group in groups[::step] for r in group]


def measure_all(system: System, loaded: Loaded, instruments: Instruments, console: Console) -> list[Measured]:
    """Every recording under one system."""
    work = list(zip(loaded, dealt(system, loaded), strict=True))
    return [
        measure(r, x, system(x, target, instruments.cache), target, instruments)
        for (r, x), target in track(work, description=system.name, console=console)
    ]


def _targets(plan: Plan, instruments: Instruments) -> dict[str, Vector]:
    if plan.reference is None:
        return {}
    found = {}
    for voice, recordings in references(plan.reference).items():
        loaded, _ = load(recordings)
        if loaded:
            found[voice] = centroid([embed(x, instruments) for _, x in loaded])
    return found


def _examples(system: System, loaded: Loaded, cache: Cache) -> list[tuple[str, Sound, Sound]]:
    picked, seen = list[tuple[str, Sound, Sound]](), set[str]()
    for (r, x), target in zip(loaded, dealt(system, loaded), strict=True):
        if r.talker not in seen and len(picked) < EXAMPLES:
            seen.add(r.talker)
            picked.append((f"{r.id} as {target}", x, system(x, target, cache)))
    return picked
