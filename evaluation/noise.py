"""Words, quality and melody where people talk in the background, and in a room."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from evaluation.intelligibility import normalise, word_errors
from evaluation.intervals import estimate
from evaluation.measure import against, heard_by, quality_of
from evaluation.systems import System
from evaluation.talkers import Recording
from evaluation.words import IN_NOISE
from evaluation.workshop import CONDITIONS, Crew, Job, Workshop


def scores_by_condition(
    systems: list[System], recordings: list[Recording], workshop: Workshop, crew: Crew
) -> dict[str, Any]:
    """What each system makes of sound that is not clean: {system: {condition: {score: estimate}}}.

    Without recordings nothing.
    """
    if not recordings:
        return {}
    found: dict[str, Any] = {}
    order = sorted({r.talker for r in recordings})
    for system in systems:
        targets = [system.targets[order.index(r.talker) % len(system.targets)] for r in recordings]
        work = {
            condition: [
                Job("surroundings", r, system.name, target, 0.0, condition)
                for r, target in zip(recordings, targets, strict=True)
            ]
            for condition in CONDITIONS
        }
        crew.run(f"{system.name}: noise", [job for todo in work.values() for job in todo])
        found[system.name] = {condition: _scores(todo, workshop) for condition, todo in work.items()}
    return found


def _scores(todo: list[Job], workshop: Workshop) -> dict[str, Any]:
    tools = workshop.instruments
    recogniser, cache = tools.recognisers["wer"], tools.cache
    talkers = [job.recording.talker for job in todo]
    made = [workshop.made(job) for job in todo]
    errors = [
        word_errors(normalise(job.recording.text), heard_by(recogniser, sound, cache))
        for job, sound in zip(todo, made, strict=True)
    ]
    others = [
        {**quality_of(sound, cache), **against(workshop.sound(job.recording, job.seconds), sound, cache)}
        for job, sound in zip(todo, made, strict=True)
    ]
    return {
        "wer": asdict(estimate([rate for rate, _ in errors], talkers, [float(words) for _, words in errors])),
        **{key: asdict(estimate([each[key] for each in others], talkers)) for key in IN_NOISE if key != "wer"},
    }
