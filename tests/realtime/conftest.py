"""What the engine's tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from realtime.board import Board


@pytest.fixture
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    """An engine's shared memory, freed after the test."""
    made = Board()
    yield made
    # Rings and timers hold views of the memory, and pytest holds them; it can be freed only without them.
    request.node.funcargs.clear()
    gc.collect()
    made.close()
