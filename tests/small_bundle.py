"""A bundle of a small untrained model, exported once for all tests of a session, and the model it came from."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import torch

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.bundle import Bundle
from core.manifest import GRAPHS
from core.spec import SAMPLE_RATE
from export.pack import pack
from model.live import LiveModel
from tests.training import tiny

NAMES = ["ann", "bob", "cid", "dan", "dora"]
RECIPES = """
default: anna
voices:
  - {name: anna, sex: F, of: {ann: 1.0}}
  - {name: bert, sex: M, of: {bob: 1.0}}
  - {name: both, sex: "?", of: {ann: 0.5, bob: 0.5}, f0: 2}
"""


@cache
def folder() -> Path:
    """Where everything lies until the session ends."""
    _keep.append(tempfile.TemporaryDirectory(prefix="small-bundle-"))
    return Path(_keep[0].name)


_keep: list[tempfile.TemporaryDirectory[str]] = []


@cache
def model() -> LiveModel:
    """The model, decided about F0 as a trained one is."""
    torch.manual_seed(3)
    made = LiveModel(tiny.config()).eval()
    with torch.no_grad():
        for parameter in made.parameters():  # as in a trained model no two are equal: the exporter merges such
            parameter.add_(0.01 * torch.randn_like(parameter))
        made.encoder.pitch.outlet.weight.mul_(60)
        made.voice_range[:] = torch.tensor([[5.3, 0.05], [4.7, 0.05], [5.0, 0.05], [5.0, 0.05], [5.0, 0.05]])
    for book in made.books:
        book.ready.fill_(True)
    return made


@cache
def bundle() -> Bundle:
    """The exported bundle. Do not write into it: copy its folder."""
    recipes = folder() / "voices.yaml"
    recipes.write_text(RECIPES, "utf8")
    provenance = {"checkpoints": [], "config": model().config.to_dict()}
    return pack(model(), NAMES, recipes, folder() / "bundle", "small", provenance)


def speech(seconds: float) -> np.ndarray:
    """The sample, repeated to the length: float32 at 24 kHz."""
    samples = resample(*read_mono(sample_path()), SAMPLE_RATE)
    return np.resize(samples, round(seconds * SAMPLE_RATE)).astype(np.float32)


def copy_graphs(model: object, destination: Path) -> dict[str, dict[str, dict[str, list[int]]]]:
    """In the place of `export.pack.export_graphs`, where a test needs no graphs of its own: those of the bundle."""
    source = bundle()
    for graph in GRAPHS:
        shutil.copyfile(source.graph_path(graph), destination / f"{graph}.onnx")
    graphs = source.manifest["graphs"]
    return {name: {side: graphs[name][side] for side in ("inputs", "outputs")} for name in graphs}
