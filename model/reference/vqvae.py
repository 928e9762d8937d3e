"""HLE-VQVAE: three levels of codes, each at half the frame rate of the one below; only the decoder knows the talker."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from core.spec import MELS
from model.quantizer import Codebook
from model.reference.frontend import FRAME_RATE
from model.reference.layers import Stack, convolution, doubling, gated, halving, reach

LEVELS = 3
EDGE_KERNEL = 15
"""Taps of the first convolution of each encoder and of the last of each decoder."""


@dataclass(frozen=True)
class ReferenceConfig:
    """Sizes; the defaults are the paper's.

    Attributes:
        entries: codebook sizes, bottom to top. Smaller is more private.
        code_dim: numbers per code vector.
        talker_dim: size of a talker's embedding.
        channels: width of all hidden layers.
        kernel, dilations: of the gated stack of each of the six parts.
    """

    entries: tuple[int, int, int] = (64, 32, 16)
    code_dim: int = 32
    talker_dim: int = 16
    channels: int = 128
    kernel: int = 5
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4, 1, 2, 4)

    def to_dict(self) -> dict[str, object]:
        """Plain values, as stored in a checkpoint."""
        return asdict(self)


class EncoderLevel(nn.Module):
    """Frames (B, in, T) to hidden frames for the level above (B, C, T / 2) and latents (B, code_dim, T / 2)."""

    def __init__(self, into: int, c: ReferenceConfig, last: bool) -> None:
        super().__init__()
        hidden = 0 if last else c.channels
        self.code_dim = c.code_dim
        self.inlet = gated(into, c.channels, kernel=EDGE_KERNEL, norm=False)
        self.down = halving(c.channels)
        self.stack = Stack(c.channels, c.kernel, c.dilations)
        out = hidden + c.code_dim
        self.outlet = nn.Sequential(gated(c.channels, out, kernel=c.kernel), convolution(out, out, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """As the class says; the top level has no hidden frames (0 channels)."""
        y = self.outlet(self.stack(self.down(self.inlet(x))))
        return y[:, self.code_dim :], y[:, : self.code_dim]


class DecoderLevel(nn.Module):
    """Code vectors, and the frames of the level above beside them, (B, in, T) to (B, out, 2 T), spoken by `talker`."""

    def __init__(self, into: int, out: int, c: ReferenceConfig) -> None:
        super().__init__()
        self.inlet = gated(into, c.channels, kernel=c.kernel)
        self.up = doubling(c.channels)
        self.stack = Stack(c.channels, c.kernel, c.dilations, c.talker_dim)
        self.outlet = nn.Sequential(gated(c.channels, out, kernel=c.kernel), convolution(out, out, EDGE_KERNEL))

    def forward(self, x: Tensor, talker: Tensor) -> Tensor:
        """`talker` (B, talker_dim)."""
        return self.outlet(self.stack(self.up(self.inlet(x)), talker))


class HleVqvae(nn.Module):
    """Log-mel (B, T, 80) to codes, and codes with a talker to log-mel; T a multiple of 8, 80 frames a second."""

    def __init__(self, config: ReferenceConfig | None = None) -> None:
        super().__init__()
        c = self.config = config or ReferenceConfig()
        self.encoders = nn.ModuleList(
            [EncoderLevel(MELS if i == 0 else c.channels, c, last=i == LEVELS - 1) for i in range(LEVELS)]
        )
        above = [c.channels] * (LEVELS - 1) + [0]
        self.decoders = nn.ModuleList(
            [DecoderLevel(c.code_dim + above[i], MELS if i == 0 else c.channels, c) for i in range(LEVELS)]
        )
        self.books = nn.ModuleList([Codebook(k, c.code_dim) for k in c.entries])

    @property
    def levels(self) -> list[Codebook]:
        """The codebooks, bottom to top."""
        return [book for book in self.books if isinstance(book, Codebook)]

    @property
    def rates(self) -> list[float]:
        """Codes a second of each level, bottom to top, from the strides of the encoders."""
        rates, rate = [], FRAME_RATE
        for encoder in self.encoders:
            rate /= math.prod(m.stride[0] for m in encoder.modules() if isinstance(m, nn.Conv1d))
            rates.append(rate)
        return rates

    @property
    def bitrate(self) -> float:
        """Bits a second through the bottleneck when all entries are used alike."""
        return sum(rate * math.log2(book.entries) for rate, book in zip(self.rates, self.levels, strict=True))

    @property
    def reach(self) -> float:
        """Seconds of past, and as many of future, that the convolutions see on the longest way (down, and up again)."""
        total = 0.0
        for encoder, decoder, (above, below) in zip(
            self.encoders, self.decoders, pairwise([FRAME_RATE, *self.rates]), strict=True
        ):
            assert isinstance(encoder, EncoderLevel) and isinstance(decoder, DecoderLevel)
            total += reach(encoder.inlet, above) + reach(encoder.down, above)
            total += reach(encoder.stack, below) + reach(encoder.outlet, below)
            total += reach(decoder.inlet, below) + reach(decoder.up, above)
            total += reach(decoder.stack, above) + reach(decoder.outlet, above)
        return total

    def encode(self, mel: Tensor) -> list[Tensor]:
        """Log-mel (B, T, 80) to latents (B, T / 2, D), (B, T / 4, D), (B, T / 8, D)."""
        x = mel.transpose(1, 2)
        latents = []
        for encoder in self.encoders:
            x, z = encoder(x)
            latents.append(z.transpose(1, 2))
        return latents

    def decode(self, vectors: list[Tensor], talker: Tensor) -> Tensor:
        """Code vectors shaped as the latents, and `talker` (B, talker_dim), to log-mel (B, T, 80)."""
        x = vectors[-1].transpose(1, 2)[:, :0]
        for i in reversed(range(LEVELS)):
            here = vectors[i].transpose(1, 2)
            x = self.decoders[i](here if i == LEVELS - 1 else torch.cat([here, x], dim=1), talker)
        return x.transpose(1, 2)

    def codes(self, mel: Tensor) -> list[Tensor]:
        """Log-mel (B, T, 80) to codes int64 (B, T / 2), (B, T / 4), (B, T / 8)."""
        return [book.nearest(z) for book, z in zip(self.levels, self.encode(mel), strict=True)]

    def forward(self, mel: Tensor, talker: Tensor) -> Tensor:
        """Log-mel (B, T, 80) of one person to log-mel of `talker` (B, talker_dim); only codes pass between."""
        vectors = [book.lookup(code) for book, code in zip(self.levels, self.codes(mel), strict=True)]
        return self.decode(vectors, talker)
