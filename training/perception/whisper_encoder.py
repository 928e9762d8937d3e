"""Whisper's encoder (Radford et al. 2022) in torch, its weights read from a CTranslate2 `model.bin`.

The binary layout, version 6, little-endian: version, name of the specification, revision, number of variables; for
each its name, rank, sizes, type, number of bytes and bytes; then aliases. A string follows its length and ends with a
zero.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ConfigError
from training.perception.files import user_file
from training.perception.mel16 import Mel16

TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
SOURCE = "a CTranslate2 Whisper model (docs/losses.md tells how to get Whisper base)"
SMALLER = "training.losses.phoneme.Phoneme, or Whisper tiny"


class Block(nn.Module):
    """Self-attention and a feed-forward layer, each on the normalised input and added to it."""

    def __init__(self, width: int, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm1(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        heard = nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(heard.transpose(1, 2).flatten(2))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


class WhisperEncoder(nn.Module):
    """The encoder as far as `layers` blocks (the closing norm only after the last one).

    It was trained on windows of 30 s; here it hears only what there is, which costs that much less.

    Args:
        tensors: the variables of the file.
        layers: blocks to run, 0 for all.
    """

    def __init__(self, tensors: dict[str, Tensor], layers: int = 0) -> None:
        super().__init__()
        there = 1 + max(int(n.split("/")[1][6:]) for n in tensors if n.startswith("encoder/layer_") and n[14].isdigit())
        if not 0 <= layers <= there:
            raise ConfigError(f"the recogniser has {there} layers; give `layers` from 0 (all) to {there}")
        width, bands, _ = tensors["encoder/conv1/weight"].shape
        hidden, heads = len(tensors["encoder/layer_0/ffn/linear_0/weight"]), int(tensors["encoder/num_heads"])
        self.mel = Mel16(bands, "reflect")
        self.conv1 = nn.Conv1d(bands, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer("positions", torch.zeros_like(tensors["encoder/position_encodings/encodings"]))
        self.positions: Tensor
        self.blocks = nn.ModuleList([Block(width, hidden, heads) for _ in range(layers or there)])
        self.norm = nn.LayerNorm(width) if layers in (0, there) else nn.Identity()
        _fill(self, tensors)

    def forward(self, x: Tensor) -> Tensor:
        """Samples (B, n) at 16 kHz, n at most 480,000, to (B, width, n / 320)."""
        y = self.stem(x)
        for block in self.blocks:
            y = block(y)
        return self.norm(y).transpose(1, 2)

    def stem(self, x: Tensor) -> Tensor:
        """Samples as in `forward` to what the first block is given, (B, n / 320, width)."""
        mel = torch.log10(self.mel(x)[:, :-1].clamp(min=1e-10))
        mel = (torch.maximum(mel, mel.amax(dim=(1, 2), keepdim=True) - 8.0) + 4.0) / 4.0
        y = nn.functional.gelu(self.conv1(mel.transpose(1, 2)))
        y = nn.functional.gelu(self.conv2(y)).transpose(1, 2)
        return y + self.positions[: y.shape[1]]


def whisper_file(folder: Path | str) -> Path:
    """Raises ConfigError unless the folder holds a model."""
    return user_file(Path(folder) / "model.bin" if str(folder) else "", "the recogniser", SOURCE, SMALLER)


def load_whisper(path: Path, layers: int = 0) -> WhisperEncoder:
    """Raises ConfigError if the file is no Whisper model."""
    try:
        return WhisperEncoder(read_ctranslate2(path, "encoder/"), layers)
    except (struct.error, ValueError, KeyError, IndexError, RuntimeError) as error:
        raise ConfigError(f"the recogniser: {path} cannot be read as {SOURCE} ({error})") from error


def read_ctranslate2(path: Path, start: str = "") -> dict[str, Tensor]:
    """Variables whose names begin with `start`, as float32; int8 weights are scaled back.

    Raises:
        struct.error, ValueError: another format.
    """
    found: dict[str, Tensor] = {}
    with path.open("rb") as file:
        version, name = _number(file, "I"), _string(file)
        if version != 6 or name != "WhisperSpec":
            raise ValueError(f"version {version} of {name[:40]!r}")
        _number(file, "I")
        for _ in range(_number(file, "I")):
            name = _string(file)
            shape = [_number(file, "I") for _ in range(_number(file, "B"))]
            kind, size = _number(file, "B"), _number(file, "I")
            if not name.startswith(start):
                file.seek(size, 1)
                continue
            if kind >= len(TYPES):
                raise ValueError(f"numbers of type {kind} in {name}; convert with --quantization float16")
            values = np.frombuffer(file.read(size), TYPES[kind]).reshape(shape)
            found[name] = torch.from_numpy(values.astype(np.float32))
        aliases = [(_string(file), _string(file)) for _ in range(_number(file, "I"))]
    found |= {alias: found[name] for alias, name in aliases if alias.startswith(start) and name in found}
    for name in [n for n in found if n.endswith("/weight_scale")]:
        weight = name.removesuffix("_scale")
        found[weight] = found[weight] / found[name].reshape(-1, *[1] * (found[weight].dim() - 1))
    return found


def _fill(net: WhisperEncoder, tensors: dict[str, Tensor]) -> None:
    """Copy from CTranslate2's names."""

    def copy(module: nn.Module, name: str, parts: tuple[str, str] = ("weight", "bias")) -> None:
        module.load_state_dict(
            {m: tensors[f"encoder/{name}/{t}"] for m, t in zip(("weight", "bias"), parts, strict=True)}
        )

    norm = ("gamma", "beta")
    copy(net.conv1, "conv1")
    copy(net.conv2, "conv2")
    net.positions.copy_(tensors["encoder/position_encodings/encodings"])
    for i, block in enumerate(net.blocks):
        for part, name in (("qkv", "self_attention/linear_0"), ("out", "self_attention/linear_1")):
            copy(getattr(block, part), f"layer_{i}/{name}")
        for part, name in (("up", "ffn/linear_0"), ("down", "ffn/linear_1")):
            copy(getattr(block, part), f"layer_{i}/{name}")
        copy(block.get_submodule("norm1"), f"layer_{i}/self_attention/layer_norm", norm)
        copy(block.get_submodule("norm2"), f"layer_{i}/ffn/layer_norm", norm)
    if isinstance(net.norm, nn.LayerNorm):
        copy(net.norm, "layer_norm", norm)


def _number(file: BinaryIO, kind: str) -> int:
    return int(struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))[0])


def _string(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode("utf8")
