"""From Lightning checkpoints to a live model."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from core.errors import ConfigError
from model.live import LiveConfig, LiveModel


def load_model(paths: list[Path]) -> tuple[LiveModel, list[str]]:
    """Put checkpoints together: what a later one holds replaces what an earlier one held. One of stage vocoder goes
    last, then: the other stages carry along the vocoder that they began with.

    Args:
        paths: checkpoints of the stages vocoder, vqvae or joint, or folders of their runs; at least one of the latter
            two.

    Returns:
        The model, and the name of each row of its voice table.

    Raises:
        ConfigError: a file is missing, is no checkpoint of these stages, or holds a model of other sizes.
    """
    state: dict[str, torch.Tensor] = {}
    names: list[str] = []
    config = LiveConfig()
    for path in map(newest, paths):
        checkpoint = read_checkpoint(path)
        names = checkpoint.get("voice_names", names)
        if "live_config" in checkpoint:
            config = _config(path, checkpoint["live_config"])
        for key, value in checkpoint["state_dict"].items():
            if key.startswith("model."):
                state[key.removeprefix("model.")] = value
            elif key.startswith("vocoder."):
                state[key] = value
    if not names:
        raise ConfigError("no checkpoint with a voice table given: name one of stage vqvae or joint")
    model = LiveModel(config)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise ConfigError(f"the checkpoints do not make one model: {str(error).splitlines()[-1].strip()}") from error
    return model.eval(), names


def _config(path: Path, sizes: dict[str, Any]) -> LiveConfig:
    try:
        return LiveConfig(**sizes)
    except TypeError as error:
        raise ConfigError(f"{path} is of another version's model ({error}); train it with this one") from error


def newest(path: Path) -> Path:
    """A checkpoint as it was named; of a folder of runs the checkpoint that was written last.

    Raises:
        ConfigError: there is none.
    """
    if not path.is_dir():
        return path
    found = [p for name in ("last.ckpt", "timed.ckpt") for p in path.rglob(name)]
    if not found:
        raise ConfigError(f"{path} holds no last.ckpt of a run; name a checkpoint")
    return max(found, key=lambda p: p.stat().st_mtime)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What a checkpoint of any stage holds, on the CPU.

    Raises:
        ConfigError: it is missing, not readable, or without weights.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: no such checkpoint")
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise ConfigError(f"{path} is not a readable checkpoint: {str(error).splitlines()[0]}") from error
    if not isinstance(checkpoint, dict) or "state_dict" not in checkpoint:
        raise ConfigError(f"{path} holds no weights; give a .ckpt that `voxveil train` wrote")
    return checkpoint
