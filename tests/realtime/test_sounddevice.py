"""The portable backend on a real server, through PortAudio and ALSA's plug-in: there, a stream can be moved."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic, sleep

import numpy as np
import pytest

from tests import click_bundle
from tests.audio_server import MISSING
from tests.realtime import rig as rigs
from tests.realtime.recorders import Listener
from tests.realtime.rig import CABLE, MIC, SPEAKERS, Rig, busy, patience_s
from tests.realtime.watch import SILENT_S, Watch

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
    pytest.mark.timeout(120),
]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Live through ALSA's device "pulse", whose places PULSE_SOURCE and PULSE_SINK choose."""
    bundle = click_bundle.make(tmp_path_factory.mktemp("portable") / "bundle")
    rig = Rig(bundle, rigs.talk(), backend="sounddevice", input="pulse", output="pulse")
    rig.same_ms = 12.0  # at each opening PortAudio's callbacks find a new place between the server's
    os.environ.update({"PULSE_SOURCE": f"{MIC}.monitor", "PULSE_SINK": CABLE})
    try:
        listed = subprocess.run([sys.executable, "-m", "realtime.devices"], capture_output=True, text=True, check=True)
        if '"pulse"' not in listed.stdout:
            pytest.skip("needs PortAudio and ALSA's PulseAudio plug-in (Debian: libportaudio2 libasound2-plugins)")
        rig.start()
        # Whoever opens "pulse" by itself gets the loudspeakers, as it is when a headset is the user's choice.
        rig.server.pactl("set-default-sink", SPEAKERS)
        yield rig
    finally:
        del os.environ["PULSE_SOURCE"], os.environ["PULSE_SINK"]
        rig.close()


@pytest.fixture
def watch(rig: Rig, request: pytest.FixtureRequest) -> Iterator[Watch]:
    watch = Watch(rig, request.node.originalname or request.node.name)
    yield watch
    watch.close()


def test_it_talks(watch: Watch) -> None:
    seen = watch.rig.until("live")
    assert (seen.state, seen.backend) == ("live", "sounddevice")
    assert watch.before < 130


def stream_at(rig: Rig, device: str) -> str:
    """The server's index of the stream that is played there, "" while there is none."""
    streams, sinks = (
        [line.split("\t") for line in rig.server.pactl("list", "short", what).splitlines()]
        for what in ("sink-inputs", "sinks")
    )
    there = [sink[0] for sink in sinks if sink[1] == device]
    return next((stream[0] for stream in streams if stream[1] in there), "")


@pytest.mark.parametrize("how", ["unplugged", "moved"])
def test_the_voice_does_not_stay_where_it_does_not_belong(watch: Watch, how: str) -> None:
    """The server moves the stream to the loudspeakers and says nothing: it must be noticed, and be silenced there."""
    rig = watch.rig
    speakers = Listener(rig.server, f"{SPEAKERS}.monitor")
    sleep(0.2)
    if how == "unplugged":
        watch.fault()
        rig.server.unload_sink(CABLE)
    else:
        end = monotonic() + patience_s()
        while not (ours := stream_at(rig, CABLE)):
            assert monotonic() < end, "the voice is nowhere"
            sleep(0.05)
        rig.server.pactl("move-sink-input", ours, SPEAKERS)
    rig.until("recovering")
    if how == "unplugged":
        sleep(0.5)
        watch.gone()
        rig.server.load_sink(CABLE)
        watch.listen_again()
    rig.until("live")
    recording = speakers.close()
    sound = np.flatnonzero(recording)
    wrong_s = (sound[-1] - sound[0]) / 48_000 if len(sound) else 0.0
    print(f"\nsounddevice, the stream is {how}: {1e3 * wrong_s:.0f} ms came out of the loudspeakers")
    assert wrong_s < busy() * SILENT_S


def test_the_server_ends_and_comes_back(watch: Watch) -> None:
    watch.server_ends("")
