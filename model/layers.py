"""The building blocks of all live networks: causal depthwise convolution and a gated residual block."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.streaming import State, StreamingLayer, gather, part


class CausalDepthwise(StreamingLayer):
    """Depthwise convolution over the past: y[t] = sum_i w[i] x[t - (K-1-i) dilation] + b, each channel on its own.

    Args:
        channels: C, in and out.
        kernel: taps K.
        dilation: frames between taps.
    """

    def __init__(self, channels: int, kernel: int, dilation: int = 1) -> None:
        super().__init__()
        self.kernel, self.dilation = kernel, dilation
        self.past = (kernel - 1) * dilation
        self.receptive_field = self.past + 1
        self.weight = nn.Parameter(torch.randn(kernel, channels) / kernel**0.5)
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, C) to (B, T, C), zeros before the first frame."""
        frames = x.shape[1]
        padded = nn.functional.pad(x, (0, 0, self.past, 0))
        y = self.bias + padded[:, :frames] * self.weight[0]
        for i in range(1, self.kernel):
            y = y + padded[:, i * self.dilation : i * self.dilation + frames] * self.weight[i]
        return y

    def initial_state(self, batch: int = 1) -> State:
        """`past` (B, (K-1) dilation, C): the frames before the next one."""
        return {"past": self.weight.new_zeros(batch, self.past, self.weight.shape[1])}

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """A gather and one sum: few graph nodes, which is what counts for chunks of one or two frames."""
        frames = x.shape[1]
        padded = torch.cat([state["past"], x], dim=1)
        if frames == 1:
            y = (padded[:, :: self.dilation] * self.weight).sum(1, keepdim=True) + self.bias
        else:
            taps = torch.arange(self.kernel) * self.dilation
            y = (padded[:, torch.arange(frames)[:, None] + taps] * self.weight).sum(2) + self.bias
        return y, {"past": padded[:, frames:]}


class GatedBlock(StreamingLayer):
    """Residual block: causal depthwise convolution, per-frame norm, gated linear unit, projection.

    The paper's gated dilated convolutions with two changes that streaming asks for: padding on the left only, and
    layer norm over the channels of one frame instead of instance norm over the whole utterance. A voice embedding, if
    given, scales and shifts the normalised frame (feature-wise linear modulation, arXiv 1709.07871).

    Args:
        channels: C, in and out.
        hidden: width of the gated unit.
        kernel, dilation: of the convolution.
        condition: size of the conditioning vector, 0 for none.
    """

    def __init__(self, channels: int, hidden: int, kernel: int, dilation: int, condition: int = 0) -> None:
        super().__init__()
        self.conv = CausalDepthwise(channels, kernel, dilation)
        self.receptive_field = self.conv.receptive_field
        self.norm = nn.LayerNorm(channels)
        self.film = nn.Linear(condition, 2 * channels) if condition else None
        self.gate = nn.Linear(channels, 2 * hidden)
        self.project = nn.Linear(hidden, channels)
        nn.init.normal_(self.project.weight, std=0.3 / hidden**0.5)
        nn.init.zeros_(self.project.bias)
        if self.film is not None:
            nn.init.normal_(self.film.weight, std=0.02)
            nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """x (B, T, C), condition (B, D) or (B, T, D) or None, to (B, T, C)."""
        return x + self._mix(self.conv(x), condition)

    def initial_state(self, batch: int = 1) -> State:
        """That of the convolution."""
        return gather({"conv": self.conv.initial_state(batch)})

    def stream(self, x: Tensor, state: State, condition: Tensor | None = None) -> tuple[Tensor, State]:
        """As `forward`, with state."""
        y, conv = self.conv.stream(x, part(state, "conv"))
        return x + self._mix(y, condition), gather({"conv": conv})

    def _mix(self, y: Tensor, condition: Tensor | None) -> Tensor:
        y = self.norm(y)
        if self.film is not None and condition is not None:
            scale, shift = self.film(condition).chunk(2, dim=-1)
            if scale.dim() == 2:
                scale, shift = scale[:, None], shift[:, None]
            y = y * (1 + scale) + shift
        value, gate = self.gate(y).chunk(2, dim=-1)
        return self.project(value * torch.sigmoid(gate))


class GatedStack(StreamingLayer):
    """Gated blocks one after the other, one dilation each, all with the same conditioning vector."""

    def __init__(
        self,
        channels: int,
        hidden: int,
        kernel: int,
        dilations: tuple[int, ...],
        condition: int = 0,
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([GatedBlock(channels, hidden, kernel, d, condition) for d in dilations])
        self.receptive_field = 1 + sum(b.receptive_field - 1 for b in self._typed())

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """x (B, T, C), condition (B, D) or None, to (B, T, C)."""
        for block in self.blocks:
            x = block(x, condition)
        return x

    def initial_state(self, batch: int = 1) -> State:
        """The states of the blocks under their index."""
        return gather({str(i): block.initial_state(batch) for i, block in enumerate(self._typed())})

    def stream(self, x: Tensor, state: State, condition: Tensor | None = None) -> tuple[Tensor, State]:
        """As `forward`, with state."""
        states: dict[str, State] = {}
        for i, block in enumerate(self._typed()):
            x, states[str(i)] = block.stream(x, part(state, str(i)), condition)
        return x, gather(states)

    def _typed(self) -> list[GatedBlock]:
        return [block for block in self.blocks if isinstance(block, GatedBlock)]
