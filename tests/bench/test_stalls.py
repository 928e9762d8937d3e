"""What the machine did to a program is told from what the program did."""

from __future__ import annotations

import os
import signal
import sys
import time

import numpy as np
import pytest

from bench.soak import blame
from bench.stalls import LATE_S, Stalls


@pytest.mark.skipif(sys.platform == "win32", reason="stops processes by signals")
def test_a_core_that_stood_still_is_noted() -> None:
    with Stalls() as stalls:
        watchers = stalls.processes()
        assert len(watchers) == len(os.sched_getaffinity(0))
        time.sleep(1.5)
        victim = min(watchers)
        os.kill(victim, signal.SIGSTOP)
        time.sleep(0.3)
        before = time.monotonic()
        os.kill(victim, signal.SIGCONT)
        time.sleep(0.3)
    noted = [(back, late) for back, late in stalls.found if late >= 0.25]
    assert len(noted) == 1
    assert noted[0][0] == pytest.approx(before, abs=0.1)
    assert all(late > LATE_S for _, late in stalls.found)
    assert stalls.found == sorted(stalls.found)


def test_xruns_are_laid_beside_the_machines_stalls() -> None:
    """Xruns after 10, 20, 30 and 40 s; a core stood still shortly before the first and during the third."""
    at = np.arange(0.0, 60.0, 0.02)
    troubles = np.searchsorted([10.005, 20.005, 20.006, 30.005, 40.005], at, "right")
    stalls = [(9.95, 0.004), (19.8, 0.008), (30.03, 0.04), (40.03, 0.005), (50.0, 0.002)]
    found = blame(at, troubles, stalls)
    assert found["unexplained"] == pytest.approx([20.0, 40.0], abs=0.03)
    assert 5 * 0.1 < 60.0 * found.pop("share_of_time_with_stalls") < 5 * 0.2
    assert {key: found[key] for key in found if key != "unexplained"} == {
        "seconds": 60,
        "seconds_with_xruns": 4,
        "moments_with_xruns": 4,
        "of_these_with_stalls": 2,
        "stalls": 5,
        "longest_stall_ms": pytest.approx(40.0),
    }


def test_without_any_nothing_is_blamed() -> None:
    found = blame(np.arange(0.0, 5.0, 0.02), np.zeros(250), [])
    assert found["seconds_with_xruns"] == found["of_these_with_stalls"] == found["longest_stall_ms"] == 0
    assert found["unexplained"] == []
    assert found["share_of_time_with_stalls"] == 0.0
