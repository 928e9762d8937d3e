"""Word errors where people talk in the background, and in a room."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from evaluation.intelligibility import normalise, word_errors
from evaluation.intervals import estimate
from evaluation.measure import heard_by
from evaluation.systems import System
from evaluation.talkers import Recording
from evaluation.workshop import CONDITIONS, Crew, Job, Workshop


def words_by_condition(
    systems: list[System], recordings: list[Recording], workshop: Workshop, crew: Crew
) -> dict[str, Any]:
    """Word error rate of the first recogniser, {system: {condition: estimate}}; empty without recordings."""
    if not recordings:
        return {}
    found: dict[str, Any] = {}
    order = sorted({r.talker for r in recordings})
    for system in systems:
        targets = [system.targets[order.index(r.talker) % len(system.targets)] for r in recordings]
        work = {
            condition: [
                Job("words", r, system.name, target, 0.0, condition)
                for r, target in zip(recordings, targets, strict=True)
            ]
            for condition in CONDITIONS
        }
        crew.run(f"{system.name}: noise", [job for todo in work.values() for job in todo])
        found[system.name] = {condition: asdict(_rate(todo, workshop)) for condition, todo in work.items()}
    return found


def _rate(todo: list[Job], workshop: Workshop) -> Any:
    recogniser, cache = workshop.instruments.recognisers["wer"], workshop.instruments.cache
    errors = [
        word_errors(normalise(job.recording.text), heard_by(recogniser, workshop.made(job), cache)) for job in todo
    ]
    talkers = [job.recording.talker for job in todo]
    return estimate([rate for rate, _ in errors], talkers, [float(words) for _, words in errors])
