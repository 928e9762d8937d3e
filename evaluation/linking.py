"""Attackers who try to link anonymized speech to a talker."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.spec import SAMPLE_RATE
from evaluation.backend import FEWEST_TALKERS, Discriminant, Vectors
from evaluation.cache import fingerprint
from evaluation.measure import Instruments, Sound, embed
from evaluation.melody import NAME, melody_vector
from evaluation.privacy import Attack, attack
from evaluation.systems import System
from evaluation.talkers import Recording

Loaded = list[tuple[Recording, Sound]]

LESSON = 4 * SAMPLE_RATE
"""Samples of each utterance that a trained attacker learns from: many short ones teach more than a few long ones."""


def attacks(
    systems: list[System], tried: Loaded, lessons: Loaded, instruments: Instruments, console: Console
) -> dict[str, Any]:
    """Figures by system and attacker.

    Each talker's recordings are halved: enrolment never contains the sentence of a trial. Attackers:

    - ignorant: enrols on originals, trials have targets drawn by utterance;
    - lazy-informed, random target: enrols on speech anonymized by the same system, other targets drawn by utterance;
    - lazy-informed, same target: everybody gets the first target, in enrolment and trial: only the talker differs;
    - semi-informed: as that, and a back-end trained on speech anonymized to that target, of the talkers in `lessons`;
    - melody only: as semi-informed, but sees pitch, stress and tempo only.

    The systems without targets (originals) are tried as they are. With fewer than 10 talkers in `lessons` the trained
    attackers are left out.
    """
    kept = [(r, x) for r, x in tried if sum(o.talker == r.talker for o, _ in tried) >= 2]
    enrol, trial = halves(kept)
    if len({r.talker for r, _ in enrol}) < 2:
        return {}
    sexes = {r.talker: r.sex for r, _ in kept}
    results: dict[str, Any] = {}

    def add(name: str, enrolled: Vectors, trials: Vectors) -> None:
        results[name] = {**asdict(attack(enrolled, trials)), "by_sex": _by_sex(enrolled, trials, sexes)}

    for system in systems:
        timbre, melody = (Ear(system, instruments, console, only) for only in (False, True))
        enrolled, trials = timbre(enrol, None), timbre(trial, None)
        if system.targets == ("",):
            originals = enrolled
            add(system.name, enrolled, trials)
        else:
            drawn = timbre(trial, 0)
            add(f"{system.name}, ignorant", originals, drawn)
            add(f"{system.name}, lazy-informed, random target", timbre(enrol, 1), drawn)
            add(f"{system.name}, lazy-informed, same target", enrolled, trials)
        if len({r.talker for r, _ in lessons}) < FEWEST_TALKERS:
            continue
        cut = [(r, x[:LESSON]) for r, x in lessons]
        learned = timbre(cut, None)
        trained, by_melody = Discriminant(learned), Discriminant(melody(cut, None))
        add(f"{system.name}, semi-informed", trained(enrolled), trained(trials))
        results[f"{system.name}, semi-informed"]["sex_guessed"] = _sex_guessed(learned, trials, lessons, sexes)
        add(f"{system.name}, melody only", by_melody(melody(enrol, None)), by_melody(melody(trial, None)))
    return results


class Ear:
    """What an attacker hears of a system's output: the verifier's embedding, or melody alone."""

    def __init__(self, system: System, instruments: Instruments, console: Console, melody: bool) -> None:
        self._system, self._instruments, self._console, self._melody = system, instruments, console, melody

    def __call__(self, loaded: Loaded, seed: int | None) -> Vectors:
        """Vectors by talker. Targets are drawn by utterance with `seed`; None gives everybody the first one."""
        system, cache = self._system, self._instruments.cache
        draw = np.random.default_rng(seed)
        title = f"{system.name}, {'melody' if self._melody else 'timbre'}"
        found: Vectors = {}
        for r, x in track(loaded, description=title, console=self._console, transient=True):
            target = system.targets[0 if seed is None else int(draw.integers(len(system.targets)))]
            sound = system(x, target, cache)
            vector = _melody(sound, self._instruments) if self._melody else embed(sound, self._instruments)
            found.setdefault(r.talker, []).append(vector)
        return found


def halves(loaded: Loaded) -> tuple[Loaded, Loaded]:
    """Each talker's recordings, sorted by id, in turn to enrolment and trial."""
    first, second, turns = Loaded(), Loaded(), dict[str, int]()
    for r, x in sorted(loaded, key=lambda item: item[0].id):
        turns[r.talker] = turns.get(r.talker, 0) + 1
        (first if turns[r.talker] % 2 else second).append((r, x))
    return first, second


def _melody(sound: Sound, instruments: Instruments) -> np.ndarray:
    return instruments.cache.array(NAME, fingerprint(sound), lambda: melody_vector(sound))


def _by_sex(enrolled: Vectors, trials: Vectors, sexes: dict[str, str]) -> dict[str, float]:
    """Equal error rate among women and among men: a mean over both profits from pairs that any ear tells apart."""
    found = {}
    for sex in ("F", "M"):
        group = [t for t in enrolled if sexes.get(t) == sex and t in trials]
        if len(group) >= 2:
            part: Attack = attack({t: enrolled[t] for t in group}, {t: trials[t] for t in group})
            found[sex] = part.eer
    return found


def _sex_guessed(learned: Vectors, trials: Vectors, lessons: Loaded, sexes: dict[str, str]) -> float | None:
    """Balanced percentage of right guesses of the talker's sex (50 = cannot tell), learned on anonymized speech."""
    known = {r.talker: r.sex for r, _ in lessons}
    x, y = _labelled(learned, known)
    x_trial, y_trial = _labelled(trials, sexes)
    if len(set(y)) < 2 or len(set(y_trial)) < 2:
        return None
    guesser = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, class_weight="balanced", max_iter=1000))
    guesses = guesser.fit(x, y).predict(x_trial)
    right = [np.mean(guesses[np.array(y_trial) == sex] == sex) for sex in ("F", "M")]
    return float(100 * np.mean(right))


def _labelled(vectors: Vectors, sexes: dict[str, str]) -> tuple[np.ndarray, list[str]]:
    pairs = [(e, sexes[t]) for t, es in vectors.items() for e in es if sexes.get(t) in ("F", "M")]
    return np.stack([e for e, _ in pairs]) if pairs else np.zeros((0, 1)), [s for _, s in pairs]
