"""What `voxveil doctor` looks at: each check says in words what it found and, where something is wrong, what to do."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from time import monotonic, perf_counter, sleep

import numpy as np

from core.bundle import Bundle
from core.errors import VoxveilError
from core.spec import BLOCK, SAMPLE_RATE
from realtime import libpulse, priority, virtual_mic
from realtime.config import EngineConfig
from realtime.devices import Device, list_devices
from realtime.engine import Engine
from realtime.snapshot import Snapshot

SPEED_BLOCKS = 100
BLOCK_MS = 1e3 * BLOCK / SAMPLE_RATE
SELF_TEST_S = 1.0
START_S = 15.0


class Grade(Enum):
    """How a check went."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One finding.

    Attributes:
        title: what was looked at.
        grade: GOOD; NOTE: works, but could be better; BAD: Voxveil cannot do its work.
        text: what was found.
        fix: what to do about it ("" when there is nothing to do).
    """

    title: str
    grade: Grade
    text: str
    fix: str = ""


def run_all(bundle_path: Path | None = None) -> Iterator[Check]:
    """All checks, each as soon as it is done. None of them raises, plays a sound or keeps one."""
    yield Check("machine", Grade.GOOD, f"{platform.platform()}, Python {platform.python_version()}, cores: {_cores()}")
    bundle: Bundle | None = None
    try:
        bundle = Bundle.load(bundle_path)
        yield Check("bundle", Grade.GOOD, f"“{bundle.name}”, {len(bundle.voices.names)} voices, {bundle.path}")
    except VoxveilError as error:
        yield Check("bundle", Grade.BAD, str(error), "get the bundle again, or name another with --bundle")
    if bundle is not None:
        yield _guarded("model", lambda: speed(bundle))
    yield server()
    devices: list[Device] = []
    try:
        devices = list_devices(monitors=True)
    except VoxveilError as error:
        yield Check("devices", Grade.BAD, str(error), "install or start what is named there, then look again")
    else:
        yield from device_checks(devices)
        yield _guarded("virtual microphone", lambda: microphone(devices))
    yield priority_limits()
    if bundle is not None:
        yield _guarded("self test", lambda: self_test(bundle, devices))


def _guarded(title: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except VoxveilError as error:
        return Check(title, Grade.BAD, str(error), "see the line above for what to do")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def speed(bundle: Bundle) -> Check:
    """How long this machine takes for a block at the engine's priority, and which provider does it."""
    from realtime.pipeline import Pipeline

    pipeline = Pipeline(bundle)
    voice = bundle.voices.row(bundle.default_voice)
    times: list[float] = []

    def work() -> None:
        state = pipeline.initial_state()
        quiet = np.zeros(BLOCK, np.float32)
        for _ in range(SPEED_BLOCKS):
            begin = perf_counter()
            _, state = pipeline.step(quiet, state, voice)
            times.append(1e3 * (perf_counter() - begin))

    _at_engine_priority(work)
    p50, p99 = (float(np.percentile(times[10:], share)) for share in (50, 99))
    text = f"a block of {BLOCK_MS:g} ms takes {p50:.1f} ms (p99 {p99:.1f} ms) on {pipeline.provider}"
    if p50 > 0.8 * BLOCK_MS:
        return Check("model", Grade.BAD, text, "this machine is too slow; close other programs, or use a faster one")
    if p99 > 0.6 * BLOCK_MS:
        return Check("model", Grade.NOTE, text, "close programs that keep the processor busy, or expect short silences")
    return Check("model", Grade.GOOD, text)


def server() -> Check:
    """The audio server, where systems have one."""
    if sys.platform != "linux":
        return Check("audio server", Grade.GOOD, "this system needs none")
    if libpulse.library() is None:
        return Check(
            "audio server", Grade.NOTE, "libpulse is not installed, so devices are reached through PortAudio only",
            "for the shortest delay: apt-get install libpulse0 (or your system's package of that name)",
        )  # fmt: skip
    if not libpulse.server_answers():
        return Check(
            "audio server", Grade.NOTE, "neither PulseAudio nor PipeWire answers",
            "start one in your session (`systemctl --user start pipewire-pulse` or `pulseaudio --start`); "
            "the virtual microphone needs it",
        )  # fmt: skip
    return Check("audio server", Grade.GOOD, "answers")


def device_checks(devices: list[Device]) -> Iterator[Check]:
    """Microphones and outputs, with the rates that the engine would use."""
    inputs, outputs = _of_kind(devices, "input"), _of_kind(devices, "output")
    for title, found, fix in (
        ("microphones", inputs, "plug one in, and allow programs to use it in the system's privacy settings"),
        ("outputs", outputs, "plug in or switch on loudspeakers or headphones, or make the virtual microphone"),
    ):
        if not found and title == "outputs" and any(d.kind == "output" and d.is_virtual_mic for d in devices):
            text = "none but the virtual microphone's cable: what other programs play goes into your call"
            yield Check(title, Grade.NOTE, text, "plug in or switch on loudspeakers or headphones")
            continue
        if not found:
            yield Check(title, Grade.BAD, "there are none", fix)
            continue
        listed = ", ".join(
            f"“{device.name}” at {device.rates[0]} Hz{' (default)' if device.is_default else ''}" for device in found
        )
        low = [device for device in found if device.is_default and device.rates[0] < SAMPLE_RATE]
        if low:
            yield Check(
                title, Grade.NOTE, listed,
                f"“{low[0].name}” has a telephone's rate (a Bluetooth headset in call mode?); another sounds better",
            )  # fmt: skip
        else:
            yield Check(title, Grade.GOOD, listed)


def microphone(devices: list[Device]) -> Check:
    """The virtual microphone that call programs choose."""
    if sys.platform == "linux":
        if not libpulse.server_answers():
            return Check(
                "virtual microphone", Grade.BAD, "it needs PulseAudio or PipeWire", "start one of them, then look again"
            )
        text, others = virtual_mic.status().text, ", ".join(virtual_mic.also_playing())
        if others:
            text += f" {others} plays into it: calls hear that, too."
            fix = f"choose another output for {others} in the system's sound settings"
            return Check("virtual microphone", Grade.NOTE, text, fix)
        return Check("virtual microphone", Grade.GOOD, text)
    outputs = [device.name for device in devices if device.kind == "output"]
    advice = virtual_mic.advice(outputs)
    if virtual_mic.find_cable(outputs) is None:
        return Check("virtual microphone", Grade.BAD, "there is none", advice)
    return Check("virtual microphone", Grade.GOOD, advice)


def priority_limits() -> Check:
    """Whether the system lets the engine go before other programs."""
    if sys.platform != "linux":
        return Check("priority", Grade.GOOD, "the engine asks for a higher one when it starts")
    granted = _at_engine_priority(lambda: None)
    if granted == "ordinary":
        return Check(
            "priority", Grade.NOTE, "the engine runs at ordinary priority",
            "fine on a quiet machine; to allow more, install rtkit (most desktops have it), or put "
            "`@audio - rtprio 20` and `@audio - nice -11` into /etc/security/limits.d/audio.conf, join the group audio "
            "and log in again",
        )  # fmt: skip
    return Check("priority", Grade.GOOD, f"the engine may run at {granted} priority")


def _at_engine_priority(work: Callable[[], None]) -> str:
    """Do `work` as the engine's worker would; the priority that was granted."""
    granted = []

    def raised() -> None:
        granted.append(priority.raise_own(priority.MODEL, wait=True))
        work()

    # On Linux priority belongs to the thread: this one takes what it was given with it.
    thread = threading.Thread(target=raised)
    thread.start()
    thread.join()
    return granted[0]


def self_test(bundle: Bundle, devices: list[Device]) -> Check:
    """One silent second of the whole engine: on the real devices, muted; or, without any, on a file of silence."""
    voice = tuple(float(value) for value in bundle.voices.row(bundle.default_voice))
    config = EngineConfig(bundle=str(bundle.path.resolve()), voice_row=voice, muted=True)
    pair = _pair(devices)
    if pair is not None:
        return _judge(replace(config, input=pair[0].id, output=pair[1].id), "on your devices")
    with tempfile.TemporaryDirectory(prefix="voxveil-") as folder:
        from core.audio_file import write_atomic

        quiet, out = Path(folder) / "quiet.wav", Path(folder) / "out.wav"
        write_atomic(quiet, np.zeros(round((SELF_TEST_S + 1.0) * SAMPLE_RATE), np.float32), SAMPLE_RATE)
        return _judge(replace(config, backend="file", input=str(quiet), output=str(out)), "without devices")


def _of_kind(devices: list[Device], kind: str) -> list[Device]:
    """Those of a kind, the system's choice first; never the virtual microphone, which checks must not make or touch."""
    found = [device for device in devices if device.kind == kind and not device.is_virtual_mic]
    return sorted(found, key=lambda device: not device.is_default)


def _pair(devices: list[Device]) -> tuple[Device, Device] | None:
    """A microphone and an output that it does not hear, or None."""
    for heard in _of_kind(devices, "input"):
        for output in _of_kind(devices, "output"):
            if heard.id != f"{output.id}.monitor":
                return heard, output
    return None


def _judge(config: EngineConfig, where: str) -> Check:
    with Engine() as engine:
        begin = monotonic()
        engine.start(config)
        seen = engine.wait(timeout=START_S)
        started = monotonic() - begin
        if seen.state != "muted":
            words = seen.reason or f"still {seen.state} after {START_S:g} s"
            return Check("self test", Grade.BAD, f"the engine does not run {where}: {words}", "see the checks above")
        sleep(SELF_TEST_S)
        seen = engine.snapshot()
    return _verdict(seen, where, started)


def _verdict(seen: Snapshot, where: str, started: float) -> Check:
    text = (
        f"runs {where}: ready after {started:.1f} s, delay {seen.delay_ms:.0f} ms, {seen.blocks} blocks, "
        f"{seen.memory_mb:.0f} MB, {seen.provider}, backend {seen.backend}"
    )
    lost = sum(count for kind, count in seen.xruns.items() if kind in ("late block", "backlog dropped"))
    if lost > seen.blocks // 10:
        return Check(
            "self test", Grade.NOTE, f"{text}; {lost} blocks came too late",
            "the machine is busy: close other programs, or give the engine time with `voxveil live --margin-ms 20`",
        )  # fmt: skip
    return Check("self test", Grade.GOOD, text)
