"""What every streaming layer promises: explicit state, a declared delay and receptive field.

A layer works on (B, T, C): batch, frames, channels. `layer(x)` is the offline twin: the whole signal at once, starting
from zero state. `layer.stream(x, state)` takes the next T frames and the state, and gives the next T frames and the new
state. Cutting a signal into any chunks must not change the output; `tests/contract.py` checks it for every layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

State = dict[str, Tensor]
"""Qualified name (`pitch.stack.past`) to a float32 tensor whose first axis is the batch. All zeros at the start."""


class StreamingLayer(nn.Module):
    """A causal layer with explicit state.

    Attributes:
        delay: frames by which the output lags behind the input it belongs to.
        receptive_field: frames of input that one output frame can see, itself included.
    """

    delay: int = 0
    receptive_field: int = 1

    def initial_state(self, batch: int = 1) -> State:
        """Zeros, shaped for `batch` signals. A layer without memory has no entries."""
        return {}

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """The next frames: x (B, T, C_in) to (B, T, C_out), and the state to pass with the frames after these."""
        return self(x), {}


class StreamingSequence(StreamingLayer):
    """Layers one after the other; delay and receptive field add up."""

    def __init__(self, *layers: StreamingLayer) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.delay = sum(layer.delay for layer in layers)
        self.receptive_field = 1 + sum(layer.receptive_field - 1 for layer in layers)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, C_in) to (B, T, C_out), offline."""
        for layer in self.layers:
            x = layer(x)
        return x

    def initial_state(self, batch: int = 1) -> State:
        """The states of all layers under their index."""
        return gather({str(i): layer.initial_state(batch) for i, layer in enumerate(self._typed())})

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Each layer streams its part of the state."""
        states: dict[str, State] = {}
        for i, layer in enumerate(self._typed()):
            x, states[str(i)] = layer.stream(x, part(state, str(i)))
        return x, gather(states)

    def _typed(self) -> list[StreamingLayer]:
        return [layer for layer in self.layers if isinstance(layer, StreamingLayer)]


def gather(states: Mapping[str, State]) -> State:
    """Join the states of named children into one, names joined with a dot."""
    return {f"{name}.{key}": value for name, state in states.items() for key, value in state.items()}


def part(state: State, name: str) -> State:
    """The entries of the child `name`, without its prefix."""
    prefix = name + "."
    return {key[len(prefix) :]: value for key, value in state.items() if key.startswith(prefix)}


def pack(state: State) -> Tensor:
    """All state tensors as one (B, N), in the order of the dictionary: one tensor is fastest at an ONNX boundary."""
    return torch.cat([value.flatten(1) for value in state.values()], dim=1)


def unpack(packed: Tensor, like: State) -> State:
    """Undo `pack`: (B, N) back to tensors shaped as in `like` (only its shapes are read)."""
    state: State = {}
    start = 0
    for name, value in like.items():
        size = value[0].numel()
        state[name] = packed[:, start : start + size].reshape(packed.shape[0], *value.shape[1:])
        start += size
    return state
