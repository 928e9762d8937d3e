"""What was said, step by step: log-mel to the latents that the quantisers turn into codes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.spec import FRAMES, MELS
from model.attention import AttentionBlock
from model.streaming import State, StreamingLayer, gather, part


class Stem(StreamingLayer):
    """Two convolutions of kernel 3 over 10 ms frames, the second with stride 2, each followed by a GELU.

    Those of Whisper's encoder, one frame later each, so that nothing of the future is needed.

    Args:
        width: C, channels of both.
    """

    receptive_field = 3

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.first, self.second = nn.Linear(3 * MELS, width), nn.Linear(3 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, 160), two frames a step, to (B, T, C), offline."""
        return self.stream(x, self.initial_state(x.shape[0]))[0]

    def initial_state(self, batch: int = 1) -> State:
        """`frames` (B, 2, 80) and `low` (B, 1, C): inputs of the two convolutions before the next step."""
        weight = self.first.weight
        return {"frames": weight.new_zeros(batch, 2, MELS), "low": weight.new_zeros(batch, 1, self.width)}

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """The next T steps."""
        frames = torch.cat([state["frames"], x.unflatten(2, (FRAMES, MELS)).flatten(1, 2)], dim=1)
        low = self.first(torch.cat([frames[:, :-2], frames[:, 1:-1], frames[:, 2:]], dim=2))
        low = torch.cat([state["low"], nn.functional.gelu(low)], dim=1)
        y = self.second(torch.cat([low[:, :-1:2], low[:, 1::2], low[:, 2::2]], dim=2))
        return nn.functional.gelu(y), {"frames": frames[:, -2:], "low": low[:, -1:]}


class ContentNet(StreamingLayer):
    """Log-mel of 20 ms steps to one latent per level.

    Whisper's encoder with a causal window in place of the whole recording: training starts from its weights
    (training/ear_start.py), because hundreds of thousands of hours of real people have gone into them.

    Args:
        width, heads, hidden: sizes of the attention blocks.
        layers: how many.
        window: steps that each of them can see.
        levels: latents per step.
        code_dim: numbers per latent.
        dropout: in training.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        hidden: int,
        layers: int,
        window: int,
        levels: int,
        code_dim: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.stem = Stem(width)
        self.place = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList([AttentionBlock(width, heads, window, hidden, dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.outlet = nn.Linear(width, levels * code_dim)
        self.levels = levels
        self.receptive_field = self.stem.receptive_field + sum(b.receptive_field - 1 for b in self.typed())

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, 160) to latents (B, T, levels, code_dim)."""
        return self._latents(self.understand(x))

    def understand(self, x: Tensor) -> Tensor:
        """x (B, T, 160) to what the latents are made of, (B, T, width), offline."""
        return self._run(x, self.initial_state(x.shape[0]))[0]

    def initial_state(self, batch: int = 1) -> State:
        """The states of stem and blocks."""
        blocks = {str(i): b.initial_state(batch) for i, b in enumerate(self.typed())}
        return gather({"stem": self.stem.initial_state(batch), **blocks})

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """As `forward`, with state."""
        y, new = self._run(x, state)
        return self._latents(y), new

    def typed(self) -> list[AttentionBlock]:
        """The blocks, in order."""
        return [b for b in self.blocks if isinstance(b, AttentionBlock)]

    def freeze(self, layers: int) -> None:
        """Stop the stem and the first `layers` blocks from learning; no gradient is computed for them. 0: all learn."""
        self.place.requires_grad_(layers == 0)
        self.stem.requires_grad_(layers == 0)
        for block in self.typed()[:layers]:
            block.requires_grad_(False)
            block.dropout.p = 0.0  # what does not learn needs no noise, which is slow to draw

    def _run(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        states: dict[str, State] = {}
        y, states["stem"] = self.stem.stream(x, part(state, "stem"))
        y = y + self.place
        for i, block in enumerate(self.typed()):
            y, states[str(i)] = block.stream(y, part(state, str(i)))
        return self.norm(y), gather(states)

    def _latents(self, y: Tensor) -> Tensor:
        return self.outlet(y).unflatten(-1, (self.levels, -1))
