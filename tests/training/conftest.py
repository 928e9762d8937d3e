"""The prepared folder and the run of stage vqvae that several modules begin with, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import tiny
from training.cli import main

KEEP = (
    "--trainer.callbacks+=ModelCheckpoint",
    "--trainer.callbacks.save_top_k=-1",
    "--trainer.callbacks.every_n_train_steps=1",
    "--trainer.callbacks.filename={step}",
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To read only."""
    return tiny.prepared(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def vqvae(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a vqvae run: 3 epochs of 4 steps, a checkpoint after each step, 5 steps of warm-up."""
    runs = tmp_path_factory.mktemp("vqvae")
    words = tiny.words(folder, runs, *tiny.VQVAE, *KEEP, "--trainer.max_epochs=3", losses=tiny.VQVAE_LOSSES)
    assert main(["vqvae", *words]) == 0
    return runs
