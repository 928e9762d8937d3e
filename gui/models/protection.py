"""From the engine's report to the one thing the user must know: is my voice protected right now?

The rule is fail-closed: `PROTECTED` needs a live state, a fresh heartbeat *and* blocks that were really made since;
anything else is shown as what it is, and doubt is shown as silence.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtime.snapshot import Snapshot

STALE_AFTER_S = 0.1
"""Heartbeat older than this: the engine is late. Looked at every 80 ms at worst: said within 200 ms."""
NO_BLOCKS_AFTER_S = 0.1
"""A live engine makes a block every 20 ms; five missed in a row are silence, however fresh the heartbeat."""
MOSTLY_S = 1.0
"""Over this long, more silence than voice is called silence: "with gaps" would promise too much."""
BLOCK_S = 0.02
BUSY_FOR_S = 1.5
"""How long one block that was replaced by silence is mentioned."""


TOO_BUSY = "this machine is too busy: the model comes too late"
"""As the engine says it."""


class Level(Enum):
    """What the window shows; the value names the colour and the icon."""

    OFF = "off"
    PREPARING = "preparing"
    PROTECTED = "protected"
    BUSY = "busy"
    MUTED = "muted"
    SILENT = "silent"
    FAILED = "failed"

    @property
    def running(self) -> bool:
        """Whether Stop is the sensible button."""
        return self not in (Level.OFF, Level.FAILED)


@dataclass(frozen=True)
class Protection:
    """The level and, when the engine gave one, its reason in words."""

    level: Level
    reason: str = ""


class ProtectionJudge:
    """Judges one snapshot after the other; `now` is any monotonic clock in seconds."""

    def __init__(self) -> None:
        self._blocks = -1
        self._silenced = 0
        self._moved_at = float("-inf")
        self._silenced_at = float("-inf")
        self._gaps: deque[tuple[float, int]] = deque()

    def judge(self, snapshot: Snapshot, now: float) -> Protection:
        """Return what may be shown for this snapshot."""
        self._watch_progress(snapshot, now)
        state, reason = snapshot.state, snapshot.reason or ""
        if state == "idle":
            return Protection(Level.OFF, reason)
        if state == "failed":
            return Protection(Level.FAILED, reason)
        if state in ("starting", "warming"):
            return Protection(Level.PREPARING, reason)
        if not snapshot.heartbeat_age_s <= STALE_AFTER_S:  # so that nonsense is silence, too
            return Protection(Level.SILENT, reason)
        if state == "muted":
            return Protection(Level.MUTED, reason)
        if state == "live":
            if now - self._moved_at > NO_BLOCKS_AFTER_S:
                return Protection(Level.SILENT, reason)
            if self._mostly_silent(now):
                return Protection(Level.SILENT, reason or TOO_BUSY)
            if now - self._silenced_at < BUSY_FOR_S:
                return Protection(Level.BUSY, reason)
            return Protection(Level.PROTECTED, reason)
        return Protection(Level.SILENT, reason)

    def _watch_progress(self, snapshot: Snapshot, now: float) -> None:
        if snapshot.blocks != self._blocks:
            self._blocks = snapshot.blocks
            self._moved_at = now
        if snapshot.silenced_blocks < self._silenced:
            self._silenced = snapshot.silenced_blocks
        elif snapshot.silenced_blocks > self._silenced:
            self._silenced = snapshot.silenced_blocks
            if snapshot.state == "live":
                self._silenced_at = now
        if snapshot.state != "live":
            self._gaps.clear()
        else:
            self._gaps.append((now, snapshot.silenced_blocks))
            while now - self._gaps[0][0] > MOSTLY_S:
                self._gaps.popleft()

    def _mostly_silent(self, now: float) -> bool:
        """Whether half of what was due lately, and at least a quarter second of it, was given out as silence."""
        since, before = self._gaps[0]
        silent_s = (self._gaps[-1][1] - before) * BLOCK_S
        return silent_s > max(0.25, 0.5 * (now - since))
