"""What a run begins with: the weights of another one, with codebooks of its own size."""

from __future__ import annotations

import json

import pytest
import torch
import yaml

from core.errors import ConfigError
from model.live import LiveConfig
from training.cli import main as train
from training.losses.mel_mse import MelMse
from training.start import Start, put
from training.vqvae_task import VqvaeTask


def task(entries: tuple[int, int, int]) -> VqvaeTask:
    config = LiveConfig(entries=entries, voices=3, encoder_width=12, decoder_channels=16, vocoder_channels=16)
    return VqvaeTask([MelMse()], phones=3, model=config)


def started(entries: tuple[int, int, int]) -> Start:
    made = task(entries)
    for book in made.model.books:
        book.start_from(torch.randn(200, book.vectors.shape[1]), 200)
    return Start(dict(made.state_dict()))


def test_books_of_the_same_size_are_used_from_the_first_step_on() -> None:
    start, other = started((16, 8, 4)), task((16, 8, 4))
    put(start, other, "start")
    assert other.quantizing
    assert torch.equal(other.model.books[0].vectors, start.weights["model.encoder.quantizers.0.codebook.vectors"])


def test_books_of_another_size_begin_anew_and_all_else_is_kept() -> None:
    start, other = started((16, 8, 4)), task((16, 8, 2))
    put(start, other, "start")
    assert not any(book.ready for book in other.model.books)
    kept = {name: value for name, value in other.state_dict().items() if ".codebook." not in name}
    assert kept
    assert all(torch.equal(value, start.weights[name]) for name, value in kept.items())


def test_anything_else_of_another_size_is_named() -> None:
    start = started((16, 8, 4))
    start.weights["model.decoder.outlet.weight"] = torch.zeros(3, 3)
    with pytest.raises(ConfigError, match=r"decoder\.outlet\.weight"):
        put(start, task((16, 8, 2)), "start")


def test_the_recipes_of_what_ships_fit_together(capsys: pytest.CaptureFixture[str]) -> None:
    """The default bundle's, and on top of it that of the bundle with less delay."""
    words = [f"--config=configs/{name}.yaml" for name in ("vqvae", "shipped", "low")]
    shown = []
    for files in (words[:2], words):
        with pytest.raises(SystemExit) as ended:
            train(["vqvae", *files, "--print_config"])
        assert not ended.value.code
        shown.append(yaml.safe_load(capsys.readouterr().out)["model"])
    shipped, low = shown
    assert shipped["model"] is None, "sizes of their own defaults"
    assert low["model"] == yaml.safe_load(json.dumps(LiveConfig(early=1).to_dict()))
    names = [[loss["class_path"].rpartition(".")[2] for loss in model["losses"]] for model in shown]
    assert names[1] == [*names[0], "Formants", "Image"]
    assert shipped["partner"] == low["partner"]
