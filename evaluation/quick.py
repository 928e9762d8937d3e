"""A first look at a fresh bundle: some twenty utterances of validation talkers, a few minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from core.bundle import Bundle
from evaluation.plan import Plan
from evaluation.run import evaluate

RECORDINGS = 20


def quick_scores(
    bundle: Path,
    talkers: Path,
    out: Path,
    whisper: Path | None = None,
    n: int = RECORDINGS,
    split: str = "val",
    reference: Path | None = None,
) -> dict[str, float]:
    """DNSMOS, word errors, melody and similarity as plain numbers (NaN where not measured).

    Two voices only, the first of each sex, so that "what the target sounds like" is a mean over several talkers.

    Args:
        bundle: folder. talkers: folder of recordings. out: for report and cache; keep it, originals are measured once.
        n: recordings, spread over the talkers of `split`.
        reference: real speech of the target voices.

    Raises:
        VoxveilError: as `evaluate` does.
    """
    plan = Plan(bundle, talkers, out, split=split, limit=n, whisper=whisper, reference=reference, voices=pair(bundle))
    results = evaluate(plan, Console(stderr=True))
    return plain(results)


def pair(bundle: Path | None) -> tuple[str, ...]:
    """The first voice of each sex in the bank."""
    bank = Bundle.load(bundle).voices
    first: dict[str, str] = {}
    for info in bank.infos:
        first.setdefault(info.sex, info.name)
    return tuple(first.values())


def plain(results: dict[str, Any]) -> dict[str, float]:
    """Means without intervals: scores of the anonymized row, then similarities."""
    scores = {key: e["value"] for key, e in results["rows"]["anonymized"].items()}
    return {**scores, **{f"similarity_{key}": e["value"] for key, e in results["similarity"].items()}}
