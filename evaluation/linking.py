"""Attackers who try to link anonymized speech to a talker."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track

from evaluation.measure import Instruments, Sound, embed
from evaluation.privacy import attack
from evaluation.systems import System, dealt
from evaluation.talkers import Recording

if TYPE_CHECKING:
    from collections.abc import Iterable

Loaded = list[tuple[Recording, Sound]]
Embedded = dict[str, list[npt.NDArray[np.float32]]]


def attacks(systems: list[System], loaded: Loaded, instruments: Instruments, console: Console) -> dict[str, Any]:
    """Equal error rates by system and attacker.

    Each talker's recordings are halved: enrolment never contains the sentence of a trial. Attackers:

    - ignorant: enrols on originals;
    - lazy-informed: enrols on speech anonymized by the same system with another target.
    """
    kept = [(r, x) for r, x in loaded if sum(o.talker == r.talker for o, _ in loaded) >= 2]
    enrol, trial = halves(kept)
    if len({r.talker for r, _ in enrol}) < 2:
        return {}
    plain = _embedded(enrol, [""] * len(enrol), None, instruments, track(enrol, "enrolment", console=console))
    results = {}
    for system in systems:
        tried = _all(system, trial, 0, instruments, console)
        if system.targets == ("",):
            results[system.name] = asdict(attack(plain, tried))
            continue
        results[f"{system.name}, ignorant"] = asdict(attack(plain, tried))
        moved = (len(system.targets) + 1) // 2
        informed = _all(system, enrol, moved, instruments, console)
        results[f"{system.name}, lazy-informed"] = asdict(attack(informed, tried))
    return results


def halves(loaded: Loaded) -> tuple[Loaded, Loaded]:
    """Each talker's recordings, sorted by id, in turn to enrolment and trial."""
    first, second, turns = Loaded(), Loaded(), dict[str, int]()
    for r, x in sorted(loaded, key=lambda item: item[0].id):
        turns[r.talker] = turns.get(r.talker, 0) + 1
        (first if turns[r.talker] % 2 else second).append((r, x))
    return first, second


def _all(system: System, loaded: Loaded, moved: int, instruments: Instruments, console: Console) -> Embedded:
    work = track(loaded, f"{system.name}, attackers", console=console)
    return _embedded(loaded, dealt(system, loaded, moved), system, instruments, work)


def _embedded(
    loaded: Loaded,
    targets: list[str],
    system: System | None,
    instruments: Instruments,
    work: Iterable[tuple[Recording, Sound]],
) -> Embedded:
    found: Embedded = {}
    for (r, x), target in zip(work, targets, strict=True):
        sound = system(x, target, instruments.cache) if system else x
        found.setdefault(r.talker, []).append(embed(sound, instruments))
    return found
