"""One epoch of batches, shared out among processes, that can go on where an interrupted run stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch.utils.data import DataLoader, Sampler

from training.crops import Batch


class Share(Sampler[list[int]]):
    """This process's share of each batch: batch i is the items from i * B * processes on, in one block of B for each.

    So N processes with batches of B see together, in the same order, what one process with batches of N * B sees.

    Args:
        steps: batches in the epoch.
        batch_size: B.
        rank, processes: which process of how many.
    """

    def __init__(self, steps: int, batch_size: int, rank: int = 0, processes: int = 1) -> None:
        self.steps, self.batch_size, self.rank, self.processes = steps, batch_size, rank, processes
        self.done = 0

    @property
    def items(self) -> int:
        """Items that all processes together take in an epoch."""
        return self.steps * self.batch_size * self.processes

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self.done, self.steps):
            first = (step * self.processes + self.rank) * self.batch_size
            yield list(range(first, first + self.batch_size))


class EpochLoader(DataLoader[Batch]):
    """A loader that remembers in a checkpoint how many batches of its epoch were given out (Lightning asks for it)."""

    batch_sampler: Share

    def __iter__(self) -> Iterator[Batch]:  # type: ignore[override]
        self._given = self.batch_sampler.done
        for batch in super().__iter__():
            self._given += 1
            yield batch

    def state_dict(self) -> dict[str, Any]:
        """How many batches were given out."""
        return {"given": getattr(self, "_given", 0)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on after that many; after an epoch that was over, Lightning hands its state to the loader of the next."""
        self.batch_sampler.done = int(state["given"]) % self.batch_sampler.steps
