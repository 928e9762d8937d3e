"""Whisper's encoder as the beginning of the content network."""

from __future__ import annotations

import torch
from torch import Tensor

from core.errors import ConfigError
from core.spec import MELS
from model.content import ContentNet
from model.frontend import SPEECH_FLOOR
from training.perception.whisper_encoder import Block, load_whisper, read_ctranslate2, whisper_file

PLACES = 500
"""Whisper knows where in its window a step lies. Here every step lies nowhere: at the mean of its first places."""


@torch.no_grad()
def begin_with_whisper(content: ContentNet, folder: str) -> None:
    """Copy the encoder of a Whisper model of the same sizes.

    Args:
        folder: a CTranslate2 Whisper model with `width`, `heads` and `layers` as in `content` (Whisper tiny for the
            default sizes).

    Raises:
        ConfigError: there is none, or it is of other sizes.
    """
    tensors = read_ctranslate2(whisper_file(folder), "encoder/")
    state = {"place": tensors["encoder/position_encodings/encodings"][:PLACES].mean(0)}
    for name, kernel in (("first", "conv1"), ("second", "conv2")):
        weight, bias = tensors[f"encoder/{kernel}/weight"], tensors[f"encoder/{kernel}/bias"]
        if name == "first":
            # There silence is (SPEECH_FLOOR + 4) / 4, here it is 0.
            bias = bias + weight.sum((1, 2)) * (SPEECH_FLOOR + 4) / 4
        state |= {f"stem.{name}.weight": weight.transpose(1, 2).flatten(1), f"stem.{name}.bias": bias}
    for i in range(len(content.blocks)):
        state |= _block(tensors, i)
    state |= _norm(tensors, "layer_norm", "norm")
    own = content.state_dict()
    for key, value in state.items():
        if own[key].shape != value.shape:
            raise ConfigError(
                f"model.whisper: {folder} has {key} as {list(value.shape)}, this configuration asks for "
                f"{list(own[key].shape)}; take Whisper tiny (80 bands, {MELS} here) or other sizes in model.model"
            )
    content.load_state_dict(state, strict=False)


def _block(tensors: dict[str, Tensor], i: int) -> dict[str, Tensor]:
    names = {
        "attention.qkv": "self_attention/linear_0",
        "attention.out": "self_attention/linear_1",
        "up": "ffn/linear_0",
        "down": "ffn/linear_1",
    }
    found = {
        f"blocks.{i}.{own}.{part}": tensors[f"encoder/layer_{i}/{name}/{part}"]
        for own, name in names.items()
        for part in ("weight", "bias")
    }
    found |= _norm(tensors, f"layer_{i}/self_attention/layer_norm", f"blocks.{i}.norm1")
    return found | _norm(tensors, f"layer_{i}/ffn/layer_norm", f"blocks.{i}.norm2")


def _norm(tensors: dict[str, Tensor], name: str, own: str) -> dict[str, Tensor]:
    return {f"{own}.weight": tensors[f"encoder/{name}/gamma"], f"{own}.bias": tensors[f"encoder/{name}/beta"]}


@torch.no_grad()
def set_nearness(content: ContentNet, features: Tensor, folder: str, samples: Tensor) -> None:
    """Let each head look as far back as it did in Whisper, which has places instead of distances.

    Layer by layer: how much higher a key scores in Whisper that lies so many steps back, on the average over speech,
    than in the causal net, is what that distance adds from now on.

    Args:
        features: (B, T, 160) what the content network is given for `samples`.
        samples: (B, n) at 16 kHz, n = 320 T.
    """
    whisper = load_whisper(whisper_file(folder))
    y, _ = content.stem.stream(features, content.stem.initial_state(len(features)))
    y = y + content.place
    x = whisper.stem(samples)
    originals = [block for block in whisper.blocks if isinstance(block, Block)]
    for block, original in zip(content.typed(), originals, strict=True):
        there = _by_distance(original.qkv(original.norm1(x)), block.attention.heads, block.attention.window)
        here = _by_distance(block.attention.qkv(block.norm1(y)), block.attention.heads, block.attention.window)
        more = there - here - (there - here).mean(1, keepdim=True)
        block.attention.nearness.copy_(more.flip(1)[:, None])
        y, x = block(y), original(x)


def _by_distance(qkv: Tensor, heads: int, window: int) -> Tensor:
    """(B, T, 3 C) to the mean score (H, W) of keys that lie 0 to W - 1 steps back."""
    q, k = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in qkv.chunk(3, dim=-1)[:2])
    scores = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).mean(0)
    return torch.stack([scores.diagonal(-d, 1, 2).mean(1) for d in range(window)], dim=1)
