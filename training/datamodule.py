"""Feeds crops to a task, epoch by epoch, the same way whether or not the run was interrupted."""

from __future__ import annotations

from pathlib import Path

import lightning
from torch.utils.data import DataLoader

from core.errors import ConfigError
from training.crops import Batch, Crops, collate
from training.data.prepared import PreparedCorpus
from training.epoch_loader import EpochLoader, Share
from training.perturb.chain import Perturb


class CropsModule(lightning.LightningDataModule):
    """Crops of a folder that `voxveil data prepare` wrote.

    Args:
        folder: the prepared folder.
        kinds: which utterances to use: "parallel", "real", "plain".
        seconds: length of a crop.
        batch_size: crops in a batch of one process; all processes together take as many times more.
        steps_per_epoch: batches in an epoch.
        real_share: share of crops from speech without a parallel partner.
        rows: give the recogniser's rows with each crop, and speech without a partner a voice to be said in; for stage
            `partner`, and for stage `vqvae` with `model.partner`.
        perturb: what is done to the encoder's input.
        seed: of everything random in the data.
        workers: loader processes.

    Raises:
        ConfigError: the folder is not prepared, or holds nothing of these kinds that is long enough.
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
        rows: bool = False,
    ) -> None:
        super().__init__()
        self.corpus = PreparedCorpus(Path(folder))
        self.kinds, self.batch_size, self.steps = kinds, batch_size, steps_per_epoch
        self.frames = int(seconds * 50) * 2
        self.real_share, self.perturb, self.seed, self.workers = real_share, perturb, seed, workers
        self.rows = rows

    def train_dataloader(self) -> DataLoader[Batch]:
        """A fresh loader per epoch: set `reload_dataloaders_every_n_epochs: 1` in the trainer."""
        epoch = self.trainer.current_epoch if self.trainer else 0
        share = self._share(self.steps)
        crops = self._crops("train", share.items, epoch, self.perturb)
        return EpochLoader(crops, batch_sampler=share, collate_fn=collate, num_workers=self.workers)

    def val_dataloader(self) -> DataLoader[Batch]:
        """The same few batches each time, unperturbed."""
        share = self._share(4)
        return DataLoader(self._crops("val", share.items, 0, None), batch_sampler=share, collate_fn=collate)

    def _share(self, steps: int) -> Share:
        rank, processes = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        return Share(steps, self.batch_size, rank, processes)

    def _crops(self, split: str, count: int, epoch: int, perturb: Perturb | None) -> Crops:
        utterances = [u for kind in self.kinds for u in self.corpus.utterances(split, kind)]
        if not utterances:
            raise ConfigError(
                f"data.folder: {self.corpus.folder} has no {' or '.join(self.kinds)} speech to {split} on"
            )
        return Crops(
            self.corpus,
            utterances,
            self.frames,
            count,
            self.corpus.voices,
            perturb,
            self.seed,
            epoch,
            self.real_share,
            self.rows,
        )
