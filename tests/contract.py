"""The one tester of streaming: any layer, any chunking, against its offline twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from model.streaming import State, pack, unpack

Stream = Callable[..., tuple[object, State]]


def verify_streaming(
    offline: Callable[..., object],
    stream: Stream,
    initial: State,
    inputs: Sequence[Tensor],
    unit: Sequence[int],
    tolerance: float = 1e-5,
    chunkings: int = 4,
    seed: int = 0,
) -> None:
    """Cut `inputs` into random chunks, stream them, and compare with the offline call.

    Args:
        offline: maps the whole inputs to an output tensor, or a tuple of tensors, with time on axis 1.
        stream: maps chunks and a state to the same outputs and the new state.
        initial: the state before the first chunk; it must be all zeros, and survive packing.
        inputs: tensors with time on axis 1.
        unit: how many entries of axis 1 each input has per indivisible step.
        tolerance: largest absolute difference.
        chunkings: how many random ways of cutting; single steps and one whole chunk come on top.
        seed: of the cutting.
    """
    assert all(bool((value == 0).all()) for value in initial.values()), "the initial state is not all zeros"
    steps = inputs[0].shape[1] // unit[0]
    rng = np.random.default_rng(seed)
    cuts = [[1] * steps, [steps]] + [_cut(steps, rng) for _ in range(chunkings)]
    with torch.no_grad():
        wanted = _tuple(offline(*inputs))
        for sizes in cuts:
            state, position = initial, 0
            pieces: list[tuple[Tensor, ...]] = []
            for size in sizes:
                chunk = [x[:, position * n : (position + size) * n] for x, n in zip(inputs, unit, strict=True)]
                if state:
                    state = unpack(pack(state), initial)
                out, state = stream(*chunk, state)
                pieces.append(_tuple(out))
                assert {k: v.shape for k, v in state.items()} == {k: v.shape for k, v in initial.items()}
                position += size
            for i, whole in enumerate(wanted):
                joined = torch.cat([piece[i] for piece in pieces], dim=1)
                assert joined.shape == whole.shape
                difference = (joined.double() - whole.double()).abs().max().item()
                assert difference <= tolerance, f"output {i} differs by {difference:.2e} when cut into {sizes[:8]}"


def verify_causal(offline: Callable[[Tensor], object], x: Tensor, unit: int, delay: int = 0) -> None:
    """More input never changes output already given: change the second half, compare the first.

    Args:
        offline: maps (B, T, ...) to tensors with `unit` input entries per output entry on axis 1.
        delay: output entries, before the change, that may still differ (0 for a causal layer).
    """
    half = x.shape[1] // unit // 2
    other = x.clone()
    other[:, half * unit :] = torch.randn_like(other[:, half * unit :])
    with torch.no_grad():
        for a, b in zip(_tuple(offline(x)), _tuple(offline(other)), strict=True):
            assert torch.equal(a[:, : half - delay], b[:, : half - delay])


def _tuple(out: object) -> tuple[Tensor, ...]:
    return (out,) if isinstance(out, Tensor) else tuple(out)  # type: ignore[arg-type]


def _cut(steps: int, rng: np.random.Generator) -> list[int]:
    sizes: list[int] = []
    while sum(sizes) < steps:
        sizes.append(min(int(rng.integers(1, 6)), steps - sum(sizes)))
    return sizes
