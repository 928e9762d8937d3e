"""From measured recordings to the figures of the report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.intervals import estimate
from evaluation.measure import Measured
from evaluation.similarity import centroid, cosine

SCORES = (
    "OVRL", "SIG", "BAK", "P808", "PLC", "wer", "wer_own", "wer_second", "wer_sphinx", "per", "f0_correlation",
    "energy_correlation", "voicing_error", "rate_change", "clicks", "level_change", "pause_level",
    "pause_level_original",
)  # fmt: skip
Vector = npt.NDArray[np.float32]


def figures(rows: list[Measured]) -> dict[str, Any]:
    """Mean and 95 % interval of each score. Word and phoneme errors are weighted by length, as a corpus rate is."""
    talkers = [m.recording.talker for m in rows]
    return {
        name: asdict(estimate([m.scores.get(name, float("nan")) for m in rows], talkers, _weights(rows, name)))
        for name in SCORES
    }


def by_group(originals: list[Measured], made: list[Measured]) -> dict[str, Any]:
    """`figures` of both rows for each accent (or corpus) and sex: a mean over all hides whom an anonymizer suits."""
    found: dict[str, Any] = {}
    for kind in sorted({_kind(m) for m in made}):
        sides = {"original": originals, "anonymized": made}
        found[kind] = {name: figures([m for m in rows if _kind(m) == kind]) for name, rows in sides.items()}
    return found


def _kind(m: Measured) -> str:
    return ", ".join(part for part in (m.recording.group, m.recording.sex) if part)


def _weights(rows: list[Measured], name: str) -> list[float] | None:
    return [float(m.weights.get(name, 0)) for m in rows] if any(name in m.weights for m in rows) else None


def similarities(originals: list[Measured], made: list[Measured], targets: dict[str, Vector]) -> dict[str, Any]:
    """Cosine similarity of the output to the input's own talker, to the target voice, and what these are by nature.

    - `to_own_talker`: to the mean of the talker's *other* original recordings (to this one if there is none);
    - `to_target_voice`: to the mean of what *other* talkers' speech became with the same voice;
    - `to_target_reference`: to real speech of the target, where `targets` has it;
    - `originals_to_own_talker`: originals in place of the output: what "the same person" scores;
    - `originals_to_other_talkers`: what "somebody else" scores.
    """
    rows: dict[str, list[float]] = {name: [] for name in ("own", "target", "reference", "same", "other")}
    nothing = float("nan")
    for m in made:
        mine = [o for o in originals if o.recording.talker == m.recording.talker]
        rest = [o.embedding for o in mine if o.recording.id != m.recording.id]
        this = next(o.embedding for o in mine if o.recording.id == m.recording.id)
        alike = [o.embedding for o in made if o.target == m.target and o.recording.talker != m.recording.talker]
        others = [o.embedding for o in originals if o.recording.talker != m.recording.talker]
        rows["own"].append(cosine(m.embedding, centroid(rest or [this])))
        rows["target"].append(cosine(m.embedding, centroid(alike)) if alike else nothing)
        rows["reference"].append(cosine(m.embedding, targets[m.target]) if m.target in targets else nothing)
        rows["same"].append(cosine(this, centroid(rest)) if rest else nothing)
        rows["other"].append(float(np.mean([cosine(this, o) for o in others])) if others else nothing)
    names = {
        "own": "to_own_talker",
        "target": "to_target_voice",
        "reference": "to_target_reference",
        "same": "originals_to_own_talker",
        "other": "originals_to_other_talkers",
    }
    talkers = [m.recording.talker for m in made]
    return {names[key]: asdict(estimate(values, talkers)) for key, values in rows.items()}
