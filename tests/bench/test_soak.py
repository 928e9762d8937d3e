"""What a soak run reports is what was seen."""

from __future__ import annotations

import os

import numpy as np
import psutil
import pytest

from bench.server import SERVERS
from bench.soak import NUMBERS, _growth
from tests.audio_server import PIPEWIRE_MISSING


def test_growth_is_found_and_steadiness_is_not_called_growth() -> None:
    """An hour in which memory grows by 12 MB and the delay wavers around 50 ms."""
    seconds = np.arange(3600.0)
    rng = np.random.default_rng(0)
    columns = {name: np.zeros(3600) for name in NUMBERS}
    columns["delay_ms"] = 50 + rng.standard_normal(3600)
    columns["memory_mb"] = 160 + 12 * seconds / 3600
    found = _growth(np.column_stack([seconds, *columns.values(), np.full(3600, 70.0)]))
    assert found["memory_mb"]["per_hour"] == pytest.approx(12.0, abs=0.1)
    assert found["memory_mb"]["last"] - found["memory_mb"]["first"] == pytest.approx(10.8, abs=0.2)
    assert abs(found["delay_ms"]["per_hour"]) < 0.5
    assert found["open_files"]["per_hour"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.skipif(bool(PIPEWIRE_MISSING), reason=f"needs {', '.join(PIPEWIRE_MISSING)}")
def test_pipewire_is_measured_with_the_real_time_that_it_has_on_a_desktop() -> None:
    """Its sound's thread and that of its pulse server, and no other of theirs."""
    with SERVERS["pipewire"]() as server:
        found = [
            os.sched_getscheduler(thread.id) & ~os.SCHED_RESET_ON_FORK
            for process in psutil.Process().children()
            if process.name().startswith("pipewire")
            for thread in process.threads()
        ]
    if not server.real_time:
        pytest.skip("this system grants none")
    assert found.count(os.SCHED_RR) == 2
    assert found.count(os.SCHED_OTHER) == len(found) - 2 >= 2
