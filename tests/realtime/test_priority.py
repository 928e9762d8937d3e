"""A higher priority is asked for and never demanded; the answer of rtkit is what counts where the system refuses."""

from __future__ import annotations

import os
import resource
import sys
import threading
from pathlib import Path
from statistics import median
from time import monotonic, sleep

import pytest

from realtime import priority, rtkit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rtkit is Linux's")
STUB = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
case "$*" in *{refused}*) exit 1;; esac
"""


def refuse(*_: object) -> None:
    raise PermissionError


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system that grants nothing by itself, and a `busctl` that notes what it is asked; its folder."""
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", refuse)
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def stub(folder: Path, refused: str = "nothing") -> None:
    (folder / "busctl").write_text(STUB.format(refused=refused))
    (folder / "busctl").chmod(0o755)


def asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text().splitlines()


def test_a_device_thread_gets_real_time(bus: Path) -> None:
    stub(bus)
    assert priority.raise_own(priority.AUDIO, wait=True) == "real time (by rtkit)"
    call = f"MakeThreadRealtimeWithPID ttu -- {os.getpid()} {threading.get_native_id()} {priority.AUDIO}"
    assert [line.endswith(call) for line in asked(bus)] == [True]


def test_the_model_never_gets_what_would_end_it_when_it_is_slow(bus: Path) -> None:
    stub(bus)
    assert priority.raise_own(priority.MODEL, wait=True) == "nice -11 (by rtkit)"
    assert all("MakeThreadHighPriorityWithPID tti" in line for line in asked(bus))


def test_what_is_refused_is_done_without(bus: Path) -> None:
    stub(bus, refused="MakeThreadRealtime")
    assert priority.raise_own(priority.AUDIO, wait=True) == "nice -11 (by rtkit)"
    stub(bus, refused="org.freedesktop")
    assert priority.raise_own(priority.AUDIO, wait=True) == "ordinary"


def test_no_bus_no_harm(bus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(bus))
    assert priority.raise_own(priority.AUDIO, wait=True) == "ordinary"
    assert not rtkit.nice(threading.get_native_id(), -11)


def test_what_the_system_grants_needs_no_rtkit(bus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(bus)
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: None)
    assert priority.raise_own(priority.AUDIO, wait=True) == "real time"
    monkeypatch.setattr(os, "setpriority", lambda *_: None)
    assert priority.raise_own(priority.MODEL, wait=True) == "nice -11"
    assert not (bus / "asked").exists()


def test_the_model_does_not_begin_with_real_time(bus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(bus)
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: pytest.fail("others would have to wait for a whole block"))
    priority.raise_own(priority.MODEL, wait=True)
    priority.raise_own(priority.LOADING, wait=True)


def test_real_time_is_taken_and_given_back_by_the_thread_itself() -> None:
    seen: list[int] = []

    def thread() -> None:
        granted = priority.take_real_time(priority.MODEL)
        seen.extend([granted, os.sched_getscheduler(0)])
        priority.give_back_real_time()
        seen.append(os.sched_getscheduler(0))

    worker = threading.Thread(target=thread)
    worker.start()
    worker.join()
    policy = (os.SCHED_RR if seen[0] else os.SCHED_OTHER) & ~os.SCHED_RESET_ON_FORK
    assert [each & ~os.SCHED_RESET_ON_FORK for each in seen[1:]] == [policy, os.SCHED_OTHER]
    assert os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_OTHER


def test_more_than_is_asked_for_is_kept(bus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PipeWire's library gives its sound's thread what the server's has."""
    monkeypatch.setattr(os, "sched_getscheduler", lambda _: os.SCHED_FIFO | os.SCHED_RESET_ON_FORK)
    assert priority.raise_own(priority.AUDIO, wait=True) == "real time"


def test_a_thread_that_computes_lets_the_sound_go_first() -> None:
    """A callback comes every 2 ms while another thread computes in Python."""
    before = sys.getswitchinterval()
    ending = threading.Event()

    def compute() -> None:
        while not ending.is_set():
            sum(range(100))

    def late() -> float:
        times = []
        for _ in range(100):
            began = monotonic()
            sleep(0.002)
            times.append(monotonic() - began - 0.002)
        return median(times)

    other = threading.Thread(target=compute)
    other.start()
    try:
        assert late() > 0.004
        priority.hand_over_soon()
        assert late() < 0.002
    finally:
        ending.set()
        other.join()
        sys.setswitchinterval(before)


def test_real_time_that_is_refused_is_done_without(bus: Path) -> None:
    assert not priority.take_real_time(priority.MODEL)
    priority.give_back_real_time()
