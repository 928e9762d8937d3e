"""Feeds crops to a task, epoch by epoch, the same way whether or not the run was interrupted."""

from __future__ import annotations

from pathlib import Path

import lightning
from torch.utils.data import DataLoader

from training.crops import Batch, Crops, collate
from training.data.prepared import PreparedCorpus
from training.perturb.chain import Perturb


class CropsModule(lightning.LightningDataModule):
    """Crops of a folder that `voxveil data prepare` wrote.

    Args:
        folder: the prepared folder.
        kinds: which utterances to use: "parallel", "real", "plain".
        seconds: length of a crop.
        batch_size: crops in a batch.
        steps_per_epoch: batches in an epoch.
        real_share: share of crops from speech without a parallel partner (encoder training only).
        perturb: what is done to the encoder's input.
        seed: of everything random in the data.
        workers: loader processes.
    """

    def __init__(
        self,
        folder: Path,
        kinds: list[str],
        seconds: float = 2.4,
        batch_size: int = 16,
        steps_per_epoch: int = 100,
        real_share: float = 0.0,
        perturb: Perturb | None = None,
        seed: int = 1,
        workers: int = 1,
    ) -> None:
        super().__init__()
        self.corpus = PreparedCorpus(Path(folder))
        self.kinds, self.batch_size, self.steps = kinds, batch_size, steps_per_epoch
        self.frames = int(seconds * 50) * 2
        self.real_share, self.perturb, self.seed, self.workers = real_share, perturb, seed, workers

    def train_dataloader(self) -> DataLoader[Batch]:
        """A fresh loader per epoch: set `reload_dataloaders_every_n_epochs: 1` in the trainer."""
        epoch = self.trainer.current_epoch if self.trainer else 0
        return self._loader("train", self.steps * self.batch_size, epoch, self.perturb, self.real_share)

    def val_dataloader(self) -> DataLoader[Batch]:
        """The same few batches each time, unperturbed."""
        return self._loader("val", 4 * self.batch_size, 0, None, self.real_share)

    def _loader(
        self, split: str, count: int, epoch: int, perturb: Perturb | None, real_share: float
    ) -> DataLoader[Batch]:
        utterances = [u for kind in self.kinds for u in self.corpus.utterances(split, kind)]
        crops = Crops(
            self.corpus, utterances, self.frames, count, self.corpus.voices, perturb, self.seed, epoch, real_share
        )
        workers = self.workers if split == "train" else 0
        return DataLoader(crops, self.batch_size, collate_fn=collate, num_workers=workers)
