"""The encoder of EnCodec, 24 kHz (Défossez et al., arXiv 2210.13438), from a file that the user brings."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from training.perception.files import Weights, read_weights

SOURCE = "model.safetensors of facebook/encodec_24khz, or encodec_24khz-d7cc33bc.th of the first publication"
SMALLER = "training.losses.stft.Stft"
STRIDES = (2, 4, 5, 8)
NAMES = (
    (r"^encoder\.(model|layers)\.", "layers."),
    (r"\.conv\.conv\.", ".conv."),
    (r"conv\.parametrizations\.weight\.original0$", "conv.weight_g"),
    (r"conv\.parametrizations\.weight\.original1$", "conv.weight_v"),
)
"""Both publications' names to those used here."""


class Conv(nn.Module):
    """Causal convolution with weight normalisation; the signal is mirrored where it has not begun."""

    def __init__(self, before: int, after: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.ParameterDict(
            {
                "weight_g": torch.ones(after, 1, 1),
                "weight_v": torch.zeros(after, before, kernel),
                "bias": torch.zeros(after),
            }
        )
        self.stride, self.past = stride, kernel - stride

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, n) to (B, C', ceil(n / stride))."""
        v = self.conv["weight_v"]
        weight = v * (self.conv["weight_g"] / v.norm(dim=(1, 2), keepdim=True))
        after = -x.shape[-1] % self.stride
        padded = nn.functional.pad(x, (self.past, after), mode="reflect") if self.past or after else x
        return nn.functional.conv1d(padded, weight, self.conv["bias"], stride=self.stride)


class Residual(nn.Module):
    """Two convolutions beside a straight one."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.block = nn.ModuleDict({"1": Conv(width, width // 2, 3), "3": Conv(width // 2, width, 1)})
        self.shortcut = Conv(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.block["1"](nn.functional.elu(x))
        return self.shortcut(x) + self.block["3"](nn.functional.elu(y))


class Recurrent(nn.Module):
    """Two LSTM layers and a way around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.lstm(x.transpose(1, 2))[0].transpose(1, 2)


class EncodecEncoder(nn.Module):
    """Samples to the continuous vectors that the codec would quantise, 75 a second.

    Args:
        filters: channels after the first convolution, doubled at each stride.
        out: channels of the vectors.
    """

    def __init__(self, filters: int = 32, out: int = 128) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({"0": Conv(1, filters, 7)})
        for i, stride in enumerate(STRIDES):
            width = filters * 2**i
            self.layers[f"{3 * i + 1}"] = Residual(width)
            self.layers[f"{3 * i + 3}"] = Conv(width, 2 * width, 2 * stride, stride)
        last, width = 3 * len(STRIDES) + 1, filters * 2 ** len(STRIDES)
        self.layers[f"{last}"] = Recurrent(width)
        self.layers[f"{last + 2}"] = Conv(width, out, 7)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Samples (B, n) at 24 kHz, to the activations after each stride and the vectors, (B, channels, frames)."""
        seen = []
        y = x[:, None]
        for name, layer in self.layers.items():
            # The numbers left out are the exponential units before every convolution but the first.
            y = layer(nn.functional.elu(y)) if isinstance(layer, Conv) and name != "0" else layer(y)
            if isinstance(layer, Conv) and name != "0":
                seen.append(y)
        return seen


def load_encodec(path: Path) -> EncodecEncoder:
    """Raises ConfigError if the file is absent, damaged, or of another codec."""
    weights = read_weights(path, "the codec", SOURCE, SMALLER)
    tensors: dict[str, Tensor] = {}
    for name, tensor in weights.tensors.items():
        if name.startswith("encoder."):
            for old, new in NAMES:
                name = re.sub(old, new, name)
            tensors[name] = tensor
    first, last = tensors.get("layers.0.conv.bias"), tensors.get(f"layers.{3 * len(STRIDES) + 3}.conv.bias")
    if first is None or last is None:
        raise ConfigError(f"the codec: {path} holds no EnCodec encoder; it should be {SOURCE}")
    net = EncodecEncoder(len(first), len(last))
    Weights(weights.path, "the codec", tensors, {}).into(net)
    return net
