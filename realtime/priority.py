"""Asking the system for better treatment of the sound's processes; never demanded, every refusal is fine."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading

from realtime import rtkit

NICE = {8: -11, 5: -11, 1: -5}
AUDIO, MODEL, LOADING = NICE
"""Real-time priorities, and nice values, of threads that serve devices, of the model's and of one that loads beside it.
"""
HAND_OVER_S = 1e-4
_PR_SET_PDEATHSIG = 1


def raise_own(level: int, wait: bool = False) -> str:
    """Raise the calling thread's priority (on Windows the process's).

    Real time is for threads that are done in a moment. Sound servers move sound in threads that have none, and a model
    that held their core for a whole block made them run out of sound; see `realtime.urgency` for when it may. Threads
    and processes started from here do not inherit real time. What the system refuses, rtkit is asked for on Linux, in
    the background.

    Args:
        level: AUDIO, MODEL or LOADING.
        wait: for rtkit's answer.

    Returns:
        What was granted, in words: "real time", "nice -11", "high" or "ordinary"; by whom if it was rtkit.
    """
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        return "high" if kernel.SetPriorityClass(kernel.GetCurrentProcess(), 0x80) else "ordinary"
    if level == AUDIO and (_has_real_time() or take_real_time(level)):
        return "real time"
    granted = "ordinary"
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE[level])
        granted = f"nice {NICE[level]}"
    if sys.platform == "linux" and level != LOADING:
        asked = (threading.get_native_id(), level, granted)
        if wait:
            return _ask_rtkit(*asked)
        threading.Thread(target=_ask_rtkit, args=asked, daemon=True).start()
    return granted


def _has_real_time() -> bool:
    """Whether the calling thread has it already: PipeWire's library gives its own more than is asked for here."""
    if sys.platform != "linux":
        return False
    return os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK in (os.SCHED_FIFO, os.SCHED_RR)


def hand_over_soon() -> None:
    """Let this process's threads wait at most 0.1 ms for another that computes in Python, instead of 5 ms.

    A turn of the sound's lasts 2.7 ms, and its callback needs the interpreter's lock first.
    """
    sys.setswitchinterval(HAND_OVER_S)


def take_real_time(level: int, thread: int = 0) -> bool:
    """Real time of that priority for a thread by its id (0: the calling one); whether the system (Linux) grants it."""
    if sys.platform != "linux":
        return False
    try:
        os.sched_setscheduler(thread, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(level))
    except OSError:
        return False
    return True


def give_back_real_time() -> None:
    """To the nice value that the calling thread had before."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))


def _ask_rtkit(thread: int, level: int, granted: str) -> str:
    if level == AUDIO and rtkit.real_time(thread, level):
        return "real time (by rtkit)"
    if granted == "ordinary" and rtkit.nice(thread, NICE[level]):
        return f"nice {NICE[level]} (by rtkit)"
    return granted


def hurry() -> None:
    """For the time of loading: ahead of ordinary programs where that is permitted, but never real-time."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICE[MODEL])


def end_with_parent() -> None:
    """On Linux: have this process killed when the thread that started it ends, even while it is stopped."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
