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
    """Seconds 10, 20 and 30 have xruns; the machine stood still in the 10th and in the 40th."""
    at = np.arange(1.0, 61.0)
    troubles = np.zeros(60)
    troubles[[10, 20, 30]] = [2, 1, 1]
    troubles = np.cumsum(troubles)
    found = blame(at, troubles, [(10.5, 0.008), (10.7, 0.004), (40.2, 0.02)])
    assert found == {
        "seconds": 59,
        "seconds_with_xruns": 3,
        "of_these_with_stalls": 1,
        "seconds_with_stalls": 2,
        "longest_stall_ms": pytest.approx(20.0),
    }


def test_without_any_nothing_is_blamed() -> None:
    found = blame(np.arange(5.0), np.zeros(5), [])
    assert found["seconds_with_xruns"] == found["of_these_with_stalls"] == found["longest_stall_ms"] == 0
