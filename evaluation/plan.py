"""What to evaluate, and which recordings that takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaluation.talkers import Recording, named, of_split, read_recordings, spread

EACH = 3
"""Recordings of each talker that a trained attacker learns from, if there are not many more."""


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
        whisper, whisper_second: the recognisers' folders, None for no word errors. pocketsphinx: as a third one.
        verifier: weights of the second verifier, None for those that ship.
        reference: folder with real speech of target voices, a folder each; or None.
        voices: used in turn over the talkers; empty for the whole bank. prosody: the knob.
        settings: further positions of the knob, a row each. also: (name, folder) of further bundles, a row each.
        people: how many the row "somebody new" draws from (0: no such row).
        baselines: also measure the simple anonymizers.
        ablation: folder with the table of an ablation that the report is to hold; None for none.
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
    pocketsphinx: bool = False
    verifier: Path | None = None
    reference: Path | None = None
    voices: tuple[str, ...] = ()
    prosody: float = 1.0
    settings: tuple[float, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    people: int = 0
    baselines: bool = False
    ablation: Path | None = None
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

    Three or more of each talker where there are so many; with a small `plan.lessons` rather fewer talkers.
    """
    heldout = named(plan.heldout) | {r.talker for r in tried}
    by_talker: dict[str, list[Recording]] = {}
    for r in read_recordings(plan.talkers):
        if r.talker not in heldout:
            by_talker.setdefault(r.talker, []).append(r)
    groups = [rs for _, rs in sorted(by_talker.items()) if len(rs) >= 2]
    step = max(1, -(-len(groups) * EACH // max(1, plan.lessons)))
    kept = [r for group in groups[::step] for r in group]
    return sorted(spread(kept, plan.lessons), key=lambda r: r.id)
