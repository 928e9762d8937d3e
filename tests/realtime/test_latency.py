"""The delay from microphone to output, heard from outside, pulse by pulse, on both servers. Wants a quiet machine."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from tests import click_bundle
from tests.audio_server import MISSING, PIPEWIRE_MISSING, AudioServer, PipeWireServer, PulseServer
from tests.realtime import rig as rigs
from tests.realtime.rig import Rig

P50_MS, SPREAD_MS, CALLBACK_MS, MEMORY_MB, START_S = 55.0, 10.0, 0.2, 300.0, 2.0
PULSES = 200


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("server", "missing"), [(PulseServer, MISSING), (PipeWireServer, PIPEWIRE_MISSING)])
def test_the_delay_of_200_pulses(server: type[AudioServer], missing: list[str], tmp_path: Path) -> None:
    """With a model that costs nothing and looks 20 ms ahead, as the real one does."""
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    rig = Rig(click_bundle.make(tmp_path / "bundle"), rigs.talk(), server=server)
    try:
        began = monotonic()
        rig.start()
        started = monotonic() - began
        rig.delays_ms(8.0)
        before = rig.engine.snapshot()
        found: list[float] = []
        while len(found) < PULSES:
            found += rig.delays_ms(10.0)
        seen = rig.engine.snapshot()
    finally:
        rig.close()
    p50, p99 = np.percentile(found, [50, 99])
    troubles = {kind: count - before.xruns[kind] for kind, count in seen.xruns.items() if count > before.xruns[kind]}
    callbacks = [seen.stages[f"{side} callback"].p99 for side in ("input", "output")]
    print(
        f"\n{server.kind}: live after {started:.2f} s; p50 {p50:.1f} ms, p99 {p99:.1f} ms of {len(found)} pulses; "
        f"{troubles or 'no xruns'}; callbacks p99 {max(callbacks):.3f} ms; {seen.memory_mb:.0f} MB; "
        f"the engine says {seen.delay_ms:.1f} ms"
    )
    assert started <= START_S
    assert p50 <= P50_MS
    assert p99 - p50 <= SPREAD_MS
    assert max(callbacks) < CALLBACK_MS
    assert seen.memory_mb < MEMORY_MB
