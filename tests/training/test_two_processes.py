"""Two processes with batches of B learn what one process with batches of 2 B learns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.training import tiny
from training.epoch_loader import Share

pytestmark = pytest.mark.timeout(600)

WORDS = ("--model.phones=44", "--model.warmup_steps=2", "--model.model.encoder_dropout=0", "--trainer.max_epochs=1")


def test_shares_of_a_batch_are_the_batch() -> None:
    whole = list(Share(3, 4))
    first, second = list(Share(3, 2, 0, 2)), list(Share(3, 2, 1, 2))
    assert [a + b for a, b in zip(first, second, strict=True)] == whole
    assert Share(3, 2, 1, 2).items == Share(3, 4).items == 12


def test_two_processes_draw_the_curve_of_one_with_the_doubled_batch(tmp_path: Path) -> None:
    """Over gloo on the CPU. Sums over a whole batch differ a little: each process divides by its own voiced frames."""
    folder = tiny.prepared(tmp_path / "data")
    printed = {
        processes: _train(folder, tmp_path / str(processes), processes, batch) for processes, batch in ((1, 4), (2, 2))
    }
    assert "(2 processes)" in printed[2]
    assert "hours an hour" in printed[2]
    for name, tolerance in (("train/Mel", 1e-3), ("train/Commitment", 1e-3), ("train/total", 0.02), ("val/Mel", 0.01)):
        one, two = (_curve(tmp_path / str(n), name) for n in (1, 2))
        assert len(one) > 0
        assert two == pytest.approx(one, rel=tolerance), name
    for level in range(3):
        one, two = (_curve(tmp_path / str(n), f"codes/dead{level}") for n in (1, 2))
        assert one == two, "the codebooks saw the same latents"


def _train(folder: Path, runs: Path, processes: int, batch: int) -> str:
    words = tiny.words(folder, runs, *WORDS, losses=("mel.Mel", "commitment.Commitment", "phoneme.Phoneme"))
    words += [f"--data.batch_size={batch}", f"--trainer.devices={processes}"]
    done = subprocess.run(
        [sys.executable, "-m", "voxveil", "train", "vqvae", *words],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _curve(runs: Path, name: str) -> list[float]:
    [version] = runs.rglob("version_0")
    return [event.value for event in EventAccumulator(str(version)).Reload().Scalars(name)]
