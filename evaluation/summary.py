"""From measured recordings to the figures of the report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from evaluation.intervals import estimate
from evaluation.measure import Measured
from evaluation.privacy import Attack, attack
from evaluation.similarity import centroid, cosine

SCORES = ("OVRL", "SIG", "BAK", "P808", "f0_correlation", "energy_correlation", "voicing_agreement", "wer")


def figures(rows: list[Measured]) -> dict[str, Any]:
    """Mean and 95 % interval of each score. Word errors are weighted by words, as a corpus rate is."""
    talkers = [m.recording.talker for m in rows]
    result = {}
    for name in SCORES:
        values = [m.scores.get(name, float("nan")) for m in rows]
        weights = [float(m.words) for m in rows] if name == "wer" else None
        result[name] = asdict(estimate(values, talkers, weights))
    return result


def similarities(originals: list[Measured], made: list[Measured]) -> dict[str, Any]:
    """Cosine similarity of the output to the input's own talker and to the target voice.

    The talker is the mean of their *other* original recordings (or this one if there is none); the target is the mean of
    what other talkers' speech became with the same voice.
    """
    own, target, talkers = [], [], [m.recording.talker for m in made]
    for m in made:
        others = [o.embedding for o in originals if _is_other_of(o, m)]
        same = [o.embedding for o in originals if o.recording.id == m.recording.id]
        own.append(cosine(m.embedding, centroid(others or same)))
        alike = [o.embedding for o in made if o.voice == m.voice and o.recording.talker != m.recording.talker]
        target.append(cosine(m.embedding, centroid(alike)) if alike else float("nan"))
    return {"to_own_talker": asdict(estimate(own, talkers)), "to_target_voice": asdict(estimate(target, talkers))}


def attacks(originals: list[Measured], made: list[Measured], other_made: list[Measured]) -> dict[str, Any]:
    """Equal error rates of the verifier.

    - original: enrolled and tried on originals (what the verifier can do at all);
    - ignorant: enrolled on originals, tried on anonymized speech;
    - lazy-informed: enrolled on speech anonymized with another voice, tried on anonymized speech;
    - same voice: as lazy-informed, but everybody gets the same voice on both sides (if `made` is so).

    Each talker's recordings are halved: enrolment never contains the sentence of a trial.
    """
    first, second = _halves(originals)
    enrol_made, _ = _halves(other_made)
    _, trial_made = _halves(made)
    result = {
        "original": attack(first, second),
        "ignorant": attack(first, trial_made),
        "lazy_informed": attack(enrol_made, trial_made),
    }
    centred_enrol, centred_trial = _centred(enrol_made), _centred(trial_made)
    result["lazy_informed_centred"] = attack(centred_enrol, centred_trial)
    return {name: _plain(value) for name, value in result.items()}


def _halves(rows: list[Measured]) -> tuple[dict[str, list[np.ndarray]], dict[str, list[np.ndarray]]]:
    by_talker: dict[str, list[Measured]] = {}
    for m in sorted(rows, key=lambda m: m.recording.id):
        by_talker.setdefault(m.recording.talker, []).append(m)
    split = {t: (ms[0::2], ms[1::2]) for t, ms in by_talker.items() if len(ms) >= 2}
    return (
        {t: [m.embedding for m in a] for t, (a, _) in split.items()},
        {t: [m.embedding for m in b] for t, (_, b) in split.items()},
    )


def _centred(rows: dict[str, list[np.ndarray]]) -> dict[str, list[np.ndarray]]:
    """Subtract the mean of all: the simplest adaptation of an attacker to anonymized speech."""
    mean = np.mean([e for es in rows.values() for e in es], axis=0)
    return {t: [e - mean for e in es] for t, es in rows.items()}


def _plain(value: Attack) -> dict[str, Any]:
    return asdict(value)


def _is_other_of(o: Measured, m: Measured) -> bool:
    return o.recording.talker == m.recording.talker and o.recording.id != m.recording.id
