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
        return self._over(nn.functional.pad(x, (0, 0, self.past, 0)))

    def initial_state(self, batch: int = 1) -> State:
        """`past` (B, (K-1) dilation, C): the frames before the next one."""
        return {"past": self.weight.new_zeros(batch, self.past, self.weight.shape[1])}

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """As `forward`, with state."""
        padded = torch.cat([state["past"], x], dim=1)
        return self._over(padded), {"past": padded[:, x.shape[1] :]}

    def _over(self, padded: Tensor) -> Tensor:
        frames = padded.shape[1] - self.past
        y = self.bias + padded[:, :frames] * self.weight[0]
        for i in range(1, self.kernel):
            y = y + padded[:, i * self.dilation : i * self.dilation + frames] * self.weight[i]
        return y

    def inside(self, x: Tensor) -> Tensor:
        """What the frames of x (B, T, C) add to the convolution of each other and of themselves, without the bias."""
        frames = x.shape[1]
        y = x * self.weight[-1]
        for i in range(1, self.kernel):
            if (late := i * self.dilation) < frames:
                y = y + nn.functional.pad(x[:, : frames - late], (0, 0, late, 0)) * self.weight[-1 - i]
        return y


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

    def go_on(self, x: Tensor, before: Tensor, condition: Tensor | None = None) -> Tensor:
        """As `stream`, given what the frames before add to the convolution of these, (B, T, C), its bias included."""
        return x + self._mix(self.conv.inside(x) + before, condition)

    def _mix(self, y: Tensor, condition: Tensor | None) -> Tensor:
        y = self.norm(y)
        if self.film is not None and condition is not None:
            scale, shift = self.film(_by_frame(condition)).chunk(2, dim=-1)
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
        self.channels = channels
        self.blocks = nn.ModuleList([GatedBlock(channels, hidden, kernel, d, condition) for d in dilations])
        self.receptive_field = 1 + sum(b.receptive_field - 1 for b in self._typed())

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """x (B, T, C), condition (B, D) or None, to (B, T, C)."""
        for block in self.blocks:
            x = block(x, condition)
        return x

    def initial_state(self, batch: int = 1) -> State:
        """`past` (B, R, C): what each block's convolution still needs of the frames before, block after block."""
        rows = sum(block.conv.past for block in self._typed())
        return {"past": self._typed()[0].conv.weight.new_zeros(batch, rows, self.channels)}

    def stream(self, x: Tensor, state: State, condition: Tensor | None = None) -> tuple[Tensor, State]:
        """As `forward`, with state. What the past adds to the convolutions of all blocks is summed before the first of
        them, and what all of them remember is picked after the last: a few graph nodes for the stack and not for each
        block.
        """
        frames, past, heard = x.shape[1], state["past"], []
        if condition is not None:
            condition = _by_frame(condition)  # once, and not in each block
        for block, before in zip(self._typed(), self._from_past(past, frames), strict=True):
            heard.append(x)
            x = block.go_on(x, before, condition)
        return x, {"past": torch.cat([past, *heard], dim=1).index_select(1, self._kept(past, frames))}

    def _from_past(self, past: Tensor, frames: int) -> tuple[Tensor, ...]:
        """past (B, R, C) to what it adds to the convolutions of the next T frames, (B, T, C) for each block."""
        rows: list[list[int]] = []
        weights: list[Tensor] = []
        biases: list[Tensor] = []
        start = 0
        for block in self._typed():
            conv = block.conv
            for t in range(frames):
                lies = [t + i * conv.dilation for i in range(conv.kernel - 1)]  # from the block's first row
                rows.append([start + min(row, conv.past - 1) for row in lies])
                inside = sum(row >= conv.past for row in lies)  # these taps are on frames of the chunk
                taps = conv.weight[: conv.kernel - 1 - inside]
                weights.append(nn.functional.pad(taps, (0, 0, 0, inside)) if inside else taps)
                biases.append(conv.bias)
            start += conv.past
        picked = past[:, torch.tensor(rows, device=past.device)]
        return ((picked * torch.stack(weights)).sum(2) + torch.stack(biases)).split(frames, dim=1)

    def _kept(self, past: Tensor, frames: int) -> Tensor:
        """Which rows of the past (B, R, C), and after them T of each block's newest, make the next past."""
        kept, start, new = [], 0, past.shape[1]
        for block in self._typed():
            rows = [*range(start, start + block.conv.past), *range(new, new + frames)]
            kept += rows[frames:]
            start, new = start + block.conv.past, new + frames
        return torch.tensor(kept, device=past.device)

    def _typed(self) -> list[GatedBlock]:
        return [block for block in self.blocks if isinstance(block, GatedBlock)]


def _by_frame(condition: Tensor) -> Tensor:
    """(B, D) to (B, 1, D), one for all frames; (B, T, D) as it is."""
    return condition[:, None] if condition.dim() == 2 else condition
