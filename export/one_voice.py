"""A bundle's model to fit one voice to, and a bundle that holds this voice only, with a decoder of its own."""

from __future__ import annotations

import json
import logging
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.bundle import Bundle
from core.errors import ConfigError
from export.checkpoint import load_model
from export.pack import pack
from export.reverse import model_from_bundle
from model.live import LiveModel

__all__ = ["LiveModel", "model_of", "pack_voice"]


def model_of(bundle: Bundle, checkpoints: list[Path] | None = None) -> LiveModel:
    """The bundle's own model, or that of the checkpoints that it was made of.

    Raises:
        ConfigError: the checkpoints hold another model.
    """
    own = model_from_bundle(bundle)
    if checkpoints is None:
        return own
    model, _ = load_model(checkpoints)
    shipped = own.decoder.state_dict()
    for name, value in model.decoder.state_dict().items():
        if shipped[name].shape != value.shape or not _alike(shipped[name], value):
            raise ConfigError(f"{bundle.path} was not made of {checkpoints[-1]}: name its bundle with --bundle")
    return model


def _alike(shipped: Tensor, value: Tensor) -> bool:
    """Whether a weight came from `value`: in 8 bits it may be off by half a step of its block's largest number."""
    half_step = float(value.abs().max()) / 254
    return torch.allclose(shipped, value, rtol=2e-3, atol=1e-4 + half_step)


def pack_voice(model: LiveModel, row: np.ndarray, name: str, sex: str, note: str, destination: Path) -> Bundle:
    """Export the model with one voice, float32 [V], in its bank.

    Raises:
        ConfigError: see `export.pack.pack`.
    """
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    size = model.config.voice_dim
    with torch.no_grad():
        model.voices.weight[0], model.voice_range[0] = torch.from_numpy(row[:size]), torch.from_numpy(row[size:])
    voice = {"name": name, "sex": sex, "of": {name: 1.0}, "note": note, "added": True}
    with tempfile.TemporaryDirectory() as scratch:
        recipes = Path(scratch) / "voices.yaml"
        recipes.write_text(json.dumps({"default": name, "voices": [voice]}), "utf8")
        provenance = {"config": model.config.to_dict(), "decoder": note}
        return pack(model, [name], recipes, destination, name, provenance, bits=8)
