"""Shared memory that several unrelated processes may attach to, freed by its creator alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from multiprocessing import resource_tracker, shared_memory
from typing import Any

from core.errors import VoxveilError


def create(size: int) -> shared_memory.SharedMemory:
    """A new segment of `size` zero bytes; the creator must `close` and `unlink` it."""
    return shared_memory.SharedMemory(create=True, size=size)


def attach(name: str) -> shared_memory.SharedMemory:
    """The segment that another process created.

    Before Python 3.13 attaching also registers the segment for clean-up in *this* process, which would
    free it under its owner's feet and start a helper process; so registering is skipped here.

    Raises:
        VoxveilError: there is no such segment (its owner has ended).
    """
    try:
        if sys.version_info >= (3, 13):
            return _keep(shared_memory.SharedMemory(name=name, track=False))
        register: Callable[..., Any] = resource_tracker.register
        resource_tracker.register = lambda *_: None
        try:
            return _keep(shared_memory.SharedMemory(name=name))
        finally:
            resource_tracker.register = register
    except FileNotFoundError:
        raise VoxveilError("the engine's shared memory is gone; the program that started it has ended") from None


_attached: list[shared_memory.SharedMemory] = []


def _keep(memory: shared_memory.SharedMemory) -> shared_memory.SharedMemory:
    """Hold on to it for this process's life: its arrays may outlive whoever asked for them."""
    _attached.append(memory)
    return memory
