"""A new bundle while the old one speaks: loaded in a thread of the worker, then handed to the chain."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from core.bundle import Bundle
from core.spec import BLOCK
from realtime import priority
from realtime.board import Board
from realtime.chain import Chain, Frames
from realtime.pipeline import Pipeline

WARM_BLOCKS = 3


def current(board: Board, first: str) -> Path:
    """The bundle in use: the one that was changed to, else the one that the engine was started with."""
    return Path(board.text("bundle") or first)


class BundleChange:
    """Watches the board for the controller's wish. `poll` never waits.

    Args:
        provider: as for Pipeline.
    """

    def __init__(self, board: Board, provider: str) -> None:
        self._board, self._provider = board, provider
        self._serial = board.count("bundle_done")
        self._loading: threading.Thread | None = None
        self._loaded: Pipeline | None = None
        self._handed: Pipeline | None = None
        self._chain: Chain | None = None
        self._path = ""

    def poll(self, chain: Chain) -> Pipeline | None:
        """Begin to load what is wanted, hand over what is loaded; the new pipeline once it has taken over."""
        board = self._board
        if self._handed is not None:
            if chain is not self._chain:
                # The devices were opened anew meanwhile.
                self._hand(chain, self._handed)
            if chain.changing:
                return None
            taken, self._handed = self._handed, None
            size = board.count("next_voice_dim")
            board.cell("voice")[:size] = board.cell("next_voice")[:size]
            board.put("voice_dim", size)
            board.put_text("bundle", self._path)
            board.put_text("provider", taken.provider)
            board.put("bundle_done", self._serial)
            return taken
        if self._loaded is not None:
            self._handed, self._loaded = self._loaded, None
            self._hand(chain, self._handed)
        elif self._loading is None and board.count("bundle_serial") != self._serial:
            self._serial = board.count("bundle_serial")
            self._path = board.text("next_bundle")
            self._loading = threading.Thread(target=self._load, daemon=True)
            self._loading.start()
        return None

    def _hand(self, chain: Chain, pipeline: Pipeline) -> None:
        self._chain = chain
        chain.change(pipeline, pipeline.bundle.delay, self._next_voice)

    def _next_voice(self) -> Frames:
        row: Frames = self._board.cell("next_voice")[: self._board.count("next_voice_dim")].astype(np.float32)
        return row

    def _load(self) -> None:
        # Below the model's own thread, but ahead of other programs.
        priority.raise_own(priority.LOADING)
        try:
            pipeline = Pipeline(Bundle.load(Path(self._path)), provider=self._provider, threads=1)
            state = pipeline.initial_state()
            for _ in range(WARM_BLOCKS):
                _, state = pipeline.step(np.zeros(BLOCK, np.float32), state, self._next_voice(), 1.0)
            self._loaded = pipeline
        except Exception as error:  # onnxruntime has errors of its own; the call goes on with the old bundle
            self._board.put_text("bundle_error", str(error) or type(error).__name__)
            self._board.put("bundle_done", self._serial)
        finally:
            self._loading = None
