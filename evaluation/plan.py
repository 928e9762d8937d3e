"""What to evaluate, and which recordings that takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluation.talkers import Recording, named, of_split, read_recordings, spread


@dataclass(frozen=True)
class Plan:
    """What to evaluate.

    Attributes:
        bundle: folder, None for the default. talkers: folder of recordings.
        heldout, split: list of held-out talkers and which of them; split "" takes all.
        only: exactly these talkers; empty for those of the split.
        limit: most recordings to measure in full. linking: most recordings for the attackers (0: none).
        lessons: most recordings of other talkers (in no split) that trained attackers learn from.
        noise: most recordings to try in noise and in a room (0: none).
        whisper, whisper_second: the recognisers' folders, None for no word errors.
        verifier: weights of the second verifier, None for those that ship.
        reference: folder with real speech of target voices, a folder each; or None.
        voices: used in turn over the talkers; empty for the whole bank. prosody: the knob.
        settings: further positions of the knob, a row each. also: (name, folder) of further bundles, a row each.
        baselines: also measure the simple anonymizers.
        out: where report.html and report.json go, and the cache. command: how this was started, for the report.
        processes: at a time. babblers: who talks in the background (filled in by `evaluate`).
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
    noise: int = 0
    whisper: Path | None = None
    whisper_second: Path | None = None
    verifier: Path | None = None
    reference: Path | None = None
    voices: tuple[str, ...] = ()
    prosody: float = 1.0
    settings: tuple[float, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    baselines: bool = False
    command: str = ""
    processes: int = 1
    babblers: tuple[Recording, ...] = ()


def chosen(plan: Plan) -> list[Recording]:
    """The recordings of the plan's talkers.

    Raises:
        ConfigError: there are none.
    """
    recordings = read_recordings(plan.talkers)
    if plan.only:
        return [r for r in recordings if r.talker in plan.only]
    return of_split(recordings, plan.heldout, plan.split) if plan.split else recordings


def lessons(plan: Plan, tried: list[Recording]) -> list[Recording]:
    """Recordings of talkers whom the list of held-out talkers does not name: attackers learn from them.

    As many talkers as can be, in turn; at least two recordings each.
    """
    heldout = named(plan.heldout) | {r.talker for r in tried}
    others = [r for r in read_recordings(plan.talkers) if r.talker not in heldout]
    kept = spread(others, plan.lessons)
    counts: dict[str, int] = {}
    for r in kept:
        counts[r.talker] = counts.get(r.talker, 0) + 1
    return sorted((r for r in kept if counts[r.talker] >= 2), key=lambda r: r.id)
