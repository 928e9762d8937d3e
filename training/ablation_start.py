"""What all runs of an ablation begin with: a vocoder and a pitch head, and an ear if one is given."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from core.bundle import sha256_of
from core.errors import ConfigError
from core.manifest import MANIFEST_FILE
from export.checkpoint import newest
from training.start import read_start

MELODY = ("model.vocoder.", "model.encoder.pitch.")
"""What makes sound of a mel, and what hears F0. No loss of stage vqvae but `Pitch` teaches either."""
EAR = tuple(f"model.encoder.content.{part}" for part in ("stem.", "place", "blocks.", "norm."))
"""What hears. Its last layer, which feeds the codebooks, is not among them: it is what an ablation is about."""


def common_start(vocoder: Path, ear: Path | None, out: Path) -> Path:
    """A checkpoint in `out` with nothing in it but these parts.

    A bundle, or a checkpoint of a later stage, holds a whole model: begun with that, no run would be vanilla.

    Args:
        vocoder: a bundle, or a checkpoint of any stage of the live model.
        ear: a checkpoint of stage `ear`, whose content network all runs begin with; None to let them learn to hear from
            nothing.

    Raises:
        ConfigError: a file cannot be read, or lacks the part.
    """
    copy = out / f"start-{content(vocoder)[:8]}{content(ear)[:8] if ear else ''}.ckpt"
    if copy.is_file():
        return copy
    kept = _parts(vocoder, MELODY)
    if not any(name.startswith(MELODY[0]) for name in kept):
        raise ConfigError(f"{vocoder} holds no vocoder; name a checkpoint of stage vocoder, or a bundle")
    if ear is not None:
        heard = _parts(ear, EAR)
        if not heard:
            raise ConfigError(f"{ear} holds no content network; name a checkpoint of stage ear")
        kept |= heard
    unfinished = copy.with_suffix(".unfinished")
    torch.save({"state_dict": kept}, unfinished)
    unfinished.replace(copy)
    return copy


def content(path: Path) -> str:
    """sha256 of what a path of weights stands for: a checkpoint, the newest of a folder of runs, or a bundle.

    Raises:
        ConfigError: there is nothing.
    """
    if (path / MANIFEST_FILE).is_file():
        return sha256_of(path / MANIFEST_FILE)  # it holds the hashes of all files
    file = newest(path)
    if not file.is_file():
        raise ConfigError(f"{path}: no such checkpoint")
    return sha256_of(file)


def _parts(path: Path, prefixes: tuple[str, ...]) -> dict[str, Tensor]:
    return {name: value for name, value in read_start(str(path)).weights.items() if name.startswith(prefixes)}
