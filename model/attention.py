"""Self-attention over a fixed stretch of the past, with explicit state."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.streaming import State, StreamingLayer, gather, part


class WindowedAttention(StreamingLayer):
    """Multi-head attention of each step to itself and the `window - 1` steps before it.

    How far back a step lies enters as a learned number per head that is added to its score (as in Shaw et al., arXiv
    1803.02155, and T5): a signal without end has no absolute positions. Before the first step lie zeros, as for a
    convolution: they are attended to like any other step, so that offline and streaming agree.

    Args:
        width: C, in and out.
        heads: H, a divisor of `width`.
        window: W, steps that a step can see, itself included.
    """

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.width, self.heads, self.window = width, heads, window
        self.receptive_field = window
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        # The oldest step first: so it is added as it is in a graph for single steps, and can be read back from there.
        self.nearness = nn.Parameter(torch.zeros(heads, 1, window))

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, C) to (B, T, C), offline."""
        return self.stream(x, self.initial_state(x.shape[0]))[0]

    def initial_state(self, batch: int = 1) -> State:
        """`keys` and `values` (B, H, W - 1, C / H) of the steps before the next one: split by head already, so that
        nothing but the newest step is turned about in a graph for single steps."""
        zeros = self.nearness.new_zeros(batch, self.heads, self.window - 1, self.width // self.heads)
        return {"keys": zeros, "values": zeros.clone()}

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """The next T steps."""
        steps = x.shape[1]
        q, k, v = (self._split(part) for part in self.qkv(x).chunk(3, dim=-1))
        k, v = torch.cat([state["keys"], k], dim=2), torch.cat([state["values"], v], dim=2)
        scores = q @ k.transpose(-1, -2) * (self.width // self.heads) ** -0.5 + self._scores(steps)
        heard = torch.softmax(scores, dim=-1) @ v
        joined = heard.reshape(x.shape) if steps == 1 else heard.transpose(1, 2).flatten(2)
        return self.out(joined), {"keys": k[:, :, steps:], "values": v[:, :, steps:]}

    def _split(self, x: Tensor) -> Tensor:
        """(B, T, C) to (B, H, T, C / H); of a single step nothing has to be moved."""
        if x.shape[1] == 1:
            return x.reshape(x.shape[0], self.heads, 1, -1)
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _scores(self, steps: int) -> Tensor:
        """(H, T, T + W - 1): nearness of each key to each step, minus infinity outside of the window."""
        if steps == 1:
            return self.nearness
        at = torch.arange(steps, device=self.nearness.device)
        place = torch.arange(steps + self.window - 1, device=self.nearness.device) - at[:, None]
        inside = (place >= 0) & (place < self.window)
        return torch.where(inside, self.nearness[:, 0, place.clamp(0, self.window - 1)], float("-inf"))


class AttentionBlock(StreamingLayer):
    """Windowed attention, then a layer of GELUs, each on the normalised input and added to it.

    The block of Whisper's encoder (Radford et al. 2022, arXiv 2212.04356), so that its weights can be taken over.

    Args:
        width, heads, window: of the attention.
        hidden: units of the feed-forward layer.
        dropout: share of its units silenced in training.
    """

    def __init__(self, width: int, heads: int, window: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = WindowedAttention(width, heads, window)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)
        self.receptive_field = window

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, C) to (B, T, C), offline."""
        return self.stream(x, self.initial_state(x.shape[0]))[0]

    def initial_state(self, batch: int = 1) -> State:
        """That of the attention."""
        return gather({"attention": self.attention.initial_state(batch)})

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """As `forward`, with state."""
        heard, attention = self.attention.stream(self.norm1(x), part(state, "attention"))
        x = x + heard
        x = x + self.down(self.dropout(nn.functional.gelu(self.up(self.norm2(x)))))
        return x, gather({"attention": attention})
