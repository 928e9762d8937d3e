"""The indicator never says "protected" on anything but fresh, live, moving reports."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gui.models.protection import BUSY_FOR_S, NO_BLOCKS_AFTER_S, STALE_AFTER_S, Level, ProtectionJudge
from realtime.snapshot import Snapshot

LIVE = Snapshot(state="live", blocks=10)


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("idle", Level.OFF),
        ("starting", Level.PREPARING),
        ("warming", Level.PREPARING),
        ("live", Level.PROTECTED),
        ("muted", Level.MUTED),
        ("recovering", Level.SILENT),
        ("failed", Level.FAILED),
        ("a state of tomorrow", Level.SILENT),
    ],
)
def test_every_state_has_its_level(state: str, level: Level) -> None:
    assert ProtectionJudge().judge(Snapshot(state=state, blocks=1, reason="why"), 0.0).level is level


@pytest.mark.parametrize("state", ["live", "muted"])
def test_old_heartbeat_is_silence(state: str) -> None:
    stale = Snapshot(state=state, blocks=1, heartbeat_age_s=STALE_AFTER_S * 1.01)
    assert ProtectionJudge().judge(stale, 0.0).level is Level.SILENT


def test_nan_heartbeat_or_infinite_age_is_silence() -> None:
    assert ProtectionJudge().judge(replace(LIVE, heartbeat_age_s=float("inf")), 0.0).level is Level.SILENT
    assert ProtectionJudge().judge(replace(LIVE, heartbeat_age_s=float("nan")), 0.0).level is Level.SILENT


def test_fresh_heartbeat_without_blocks_is_silence() -> None:
    judge = ProtectionJudge()
    assert judge.judge(LIVE, 0.0).level is Level.PROTECTED
    assert judge.judge(LIVE, NO_BLOCKS_AFTER_S * 1.01).level is Level.SILENT
    assert judge.judge(replace(LIVE, blocks=11), 1.0).level is Level.PROTECTED


def test_replaced_blocks_are_mentioned_for_a_while() -> None:
    judge = ProtectionJudge()
    judge.judge(LIVE, 0.0)
    assert judge.judge(replace(LIVE, blocks=11, silenced_blocks=2), 0.1).level is Level.BUSY
    assert judge.judge(replace(LIVE, blocks=99, silenced_blocks=2), 0.2 + BUSY_FOR_S).level is Level.PROTECTED


def test_silence_while_starting_is_not_a_gap() -> None:
    judge = ProtectionJudge()
    judge.judge(Snapshot(state="warming", silenced_blocks=40), 0.0)
    assert judge.judge(replace(LIVE, silenced_blocks=40), 0.1).level is Level.PROTECTED


def test_only_two_levels_promise_protection() -> None:
    """Whoever adds a level must decide here whether it may look green."""
    assert {level for level in Level if "protected" in level.value or level is Level.BUSY} == {
        Level.PROTECTED,
        Level.BUSY,
    }


def test_more_silence_than_voice_is_called_silence() -> None:
    judge = ProtectionJudge()
    levels = []
    for look in range(30):  # a second in which two of three blocks are silence
        at = look / 30
        seen = replace(LIVE, blocks=10 + look, silenced_blocks=round(33 * at))
        levels.append(judge.judge(seen, at).level)
    assert levels[2] is Level.BUSY
    assert levels[-1] is Level.SILENT
    rare = ProtectionJudge()
    for look in range(60):
        seen = replace(LIVE, blocks=10 + look, silenced_blocks=look // 20)
        assert rare.judge(seen, look / 30).level in (Level.PROTECTED, Level.BUSY)
