"""The inference worker: a process that holds the model and nothing else; its engine process may kill it at any time.

Run as `python -m realtime.worker BOARD BUNDLE PROVIDER`. Standard input is the wake-up line: a byte says that there is
sound, its end says that the engine process is gone.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import sys
import traceback
from time import monotonic, thread_time

import numpy as np

from core.errors import VoxveilError
from core.spec import BLOCK
from realtime import priority
from realtime.board import BROKEN, FATAL_STATUS, LOADING, READY, WARMING, Board
from realtime.lead import guess
from realtime.urgency import Urgency, breathe

WARM_BLOCKS = 12
IDLE_S = 0.1


def main(arguments: list[str]) -> int:
    """Load the model, then work on every block until the engine process ends."""
    name, bundle_path, provider = arguments
    priority.end_with_parent()
    priority.hurry()
    priority.hand_over_soon()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    board = Board(name)
    board.put("phase", LOADING)
    board.put_text("worker_error", "")
    board.put("worker_pid", os.getpid())
    board.put("worker_beat", monotonic())
    try:
        return _work(board, bundle_path, provider)
    except VoxveilError as error:
        board.put_text("worker_error", str(error))
        board.put("phase", BROKEN)
        return FATAL_STATUS


def _work(board: Board, bundle_path: str, provider: str) -> int:
    # Heavy imports stand here, so that the process shows a sign of life before them.
    from core.bundle import Bundle
    from realtime.bundle_change import BundleChange, current
    from realtime.chain import Chain
    from realtime.pipeline import Pipeline

    pipeline = Pipeline(Bundle.load(current(board, bundle_path)), provider=provider, threads=1)
    board.put_text("provider", pipeline.provider)
    board.put("phase", WARMING)
    voice = board.cell("voice")[: board.count("voice_dim")].astype(np.float32)
    state = pipeline.initial_state()
    took = []
    for _ in range(WARM_BLOCKS):
        began = monotonic()
        _, state = pipeline.step(np.zeros(BLOCK, np.float32), state, voice, 1.0)
        board.put("worker_beat", monotonic())
        took.append(monotonic() - began)
    if not board.get("lead"):
        board.put("lead", guess(took))
    priority.raise_own(priority.MODEL)
    board.touch()
    gc.collect()
    gc.freeze()
    gc.disable()
    board.put("phase", READY)
    asleep = board.cell("worker_asleep")
    chain: Chain | None = None
    change = BundleChange(board, provider)
    urgency, real_time = Urgency(), False
    while True:
        began, busy = monotonic(), thread_time()
        board.put("worker_beat", began)
        epoch = board.count("epoch")
        if chain is None or chain.epoch != epoch:
            chain = Chain(board, pipeline, pipeline.bundle.delay) if epoch else None
        if chain is not None:
            pipeline = change.poll(chain) or pipeline
            pipeline.between = breathe if real_time else None
            if chain.advance():
                if urgency.note(monotonic() - began, thread_time() - busy):
                    if urgency.real_time:
                        real_time = priority.take_real_time(priority.MODEL)
                    else:
                        real_time = False
                        priority.give_back_real_time()
                continue
        asleep[0] = 1
        if not _sleep():
            return 0
        asleep[0] = 0


def _sleep() -> bool:
    """Wait for a wake-up byte, at most IDLE_S where the system can; whether the engine process still lives."""
    if os.name == "posix" and not select.select([0], [], [], IDLE_S)[0]:
        return True
    return bool(os.read(0, 4096))


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
    except Exception:
        traceback.print_exc()
        status = 70
    # Without the interpreter's own clean-up: nothing is left to save, and the shared memory belongs to others.
    os._exit(status)
