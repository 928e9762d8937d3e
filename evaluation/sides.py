"""Who is attacked and who is learnt from: recordings by their part, and the work of one system for each part."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evaluation.backend import FEWEST_TALKERS
from evaluation.privacy import Pairs
from evaluation.systems import System
from evaluation.talkers import Recording
from evaluation.workshop import Job

LESSON_S, TRIAL_S = 4.0, 10.0
"""Of each utterance at most: many short lessons teach more than a few long ones."""
Recordings = list[Recording]


class Work(NamedTuple):
    """What an attacker has of one system: of the talkers under attack, and of others to learn from."""

    enrol: list[Job]
    trial: list[Job]
    lessons: list[Job]


class Sides:
    """Who is enrolled by what, who is tried with what, and what trained attackers learn from."""

    def __init__(self, tried: Recordings, lessons: Recordings, pairs: set[tuple[str, str]] | None = None) -> None:
        """Args:
        tried: recordings of the talkers under attack; with a role, or halved in turn.
        lessons: of other talkers. pairs: a trial list (talker, id of the trial), or None for all.
        """
        if any(r.role for r in tried):
            self.enrol, self.trial = ([r for r in tried if r.role == role] for role in ("enrol", "trial"))
        else:
            self.enrol, self.trial = halves(tried)
        both = {r.talker for r in self.enrol} & {r.talker for r in self.trial}
        self.enrol, self.trial = ([r for r in side if r.talker in both] for side in (self.enrol, self.trial))
        self.lessons = lessons if len({r.talker for r in lessons}) >= FEWEST_TALKERS else []
        self.sexes = {r.talker: r.sex for r in (*tried, *lessons)}
        self.groups = {r.talker: r.group for r in (*tried, *lessons)}
        self.pairs: Pairs | None = self._pairs(pairs) if pairs else None

    @property
    def enough(self) -> bool:
        """Whether there are two talkers to mix up."""
        return len({r.talker for r in self.enrol}) >= 2

    def _pairs(self, listed: set[tuple[str, str]]) -> Pairs:
        found, turns = Pairs(), dict[str, int]()
        for r in self.trial:
            at = turns.get(r.talker, 0)
            turns[r.talker] = at + 1
            for talker in {e.talker for e in self.enrol}:
                if (talker, r.id) in listed:
                    found.setdefault((talker, r.talker), []).append(at)
        return found


def halves(recordings: Recordings) -> tuple[Recordings, Recordings]:
    """Each talker's recordings, sorted by id, in turn to enrolment and trial: no sentence stands on both sides."""
    first, second, turns = Recordings(), Recordings(), dict[str, int]()
    for r in sorted(recordings, key=lambda r: r.id):
        turns[r.talker] = turns.get(r.talker, 0) + 1
        (first if turns[r.talker] % 2 else second).append(r)
    return first, second


def usual(system: System, sides: Sides) -> Work:
    """All in one target, which is the hardest case; where targets always change, in drawn ones."""
    return with_drawn_targets(system, sides) if system.changing else with_one_target(system, sides)


def with_one_target(system: System, sides: Sides) -> Work:
    """Everybody is given the system's first target."""
    return _work(system, sides, (None, None, None))


def with_drawn_targets(system: System, sides: Sides) -> Work:
    """Every recording is given a target of its own; enrolment, trials and lessons are drawn independently."""
    return _work(system, sides, (1, 0, 2))


def _work(system: System, sides: Sides, seeds: tuple[int | None, int | None, int | None]) -> Work:
    return Work(
        jobs(system, sides.enrol, seeds[0]),
        jobs(system, sides.trial, seeds[1]),
        jobs(system, sides.lessons, seeds[2], LESSON_S),
    )


def jobs(system: System, recordings: Recordings, seed: int | None, seconds: float = TRIAL_S) -> list[Job]:
    """One for each recording. Targets are drawn by utterance with `seed`; None gives everybody the first one."""
    draw = np.random.default_rng(seed)
    targets = [system.targets[0 if seed is None else int(draw.integers(len(system.targets)))] for _ in recordings]
    return [Job("timbre", r, system.name, t, seconds) for r, t in zip(recordings, targets, strict=True)]
