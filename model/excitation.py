"""The source of the source-filter vocoder: a band-limited pulse train that follows F0, exact in any chunking."""

from __future__ import annotations

import torch
from torch import Tensor

from core.spec import HOP, SAMPLE_RATE
from model.streaming import State, StreamingLayer

PHASE_UNITS = float(2**22)
"""Phase is kept as a whole number of 2^-22 cycles: float32 adds such numbers without rounding, so that hours of
streaming and one offline pass give the same pulses."""
HIGHEST = 0.46 * SAMPLE_RATE
"""No harmonic above this frequency (Hz)."""


class PulseTrain(StreamingLayer):
    """F0 (B, T) in Hz and voicing (B, T) to pulses (B, T, 240): all harmonics below 11 kHz, in closed form, unit power.

    Within a hop F0 runs linearly from the last frame's value to this frame's. The closed form is Dirichlet's kernel
    (Winham and Steiglitz 1970): sum of cos(2 pi k p) for k = 1..N = (sin((2 N + 1) pi p) / sin(pi p) - 1) / 2.

    Phase starts anew whenever voicing crosses one half. Nobody hears it, for there the pulses fade in or out; but a
    rounding difference in F0, which phase integrates, is forgotten with each voiced stretch and cannot grow for hours.
    """

    receptive_field = 2

    def __init__(self) -> None:
        super().__init__()
        steps = torch.arange(1, HOP + 1, dtype=torch.float32)
        self.register_buffer("rise", steps.square() / (2 * HOP) / SAMPLE_RATE, persistent=False)
        self.register_buffer("run", steps / SAMPLE_RATE, persistent=False)
        self.rise: Tensor
        self.run: Tensor

    def initial_state(self, batch: int = 1) -> State:
        """`phase` (B, 1) in PHASE_UNITS at the end of the last hop; `f0` (B, 1), 0 before the first frame; `voiced`."""
        return {name: self.rise.new_zeros(batch, 1) for name in ("phase", "f0", "voiced")}

    def forward(self, f0: Tensor, voicing: Tensor) -> Tensor:
        """Offline."""
        return self.stream(f0, voicing, self.initial_state(f0.shape[0]))[0]

    def stream(self, f0: Tensor, voicing: Tensor, state: State) -> tuple[Tensor, State]:  # type: ignore[override]
        """The next T hops."""
        before = torch.where(state["f0"] > 0, state["f0"], f0[:, :1])
        previous = torch.cat([before, f0[:, :-1]], dim=1)
        voiced = (voicing > 0.5).to(f0.dtype)
        anew = voiced != torch.cat([state["voiced"], voiced[:, :-1]], dim=1)
        cycles = (previous + f0) * (0.5 * HOP / SAMPLE_RATE)
        advance = torch.floor((cycles - torch.floor(cycles)) * PHASE_UNITS)
        start, end = _accumulate(advance, anew, state["phase"])
        phase = start[..., None] / PHASE_UNITS + previous[..., None] * self.run + (f0 - previous)[..., None] * self.rise
        new = {"phase": end[:, -1:], "f0": f0[:, -1:], "voiced": voiced[:, -1:]}
        return self._pulses(phase, torch.maximum(previous, f0)), new

    @staticmethod
    def _pulses(phase: Tensor, f0: Tensor) -> Tensor:
        harmonics = torch.floor(HIGHEST / f0)[..., None]
        p = torch.pi * (phase - torch.round(phase))  # in [-pi/2, pi/2], most exact where the pulse is
        near = p.abs() < 1e-4
        below = torch.where(near, torch.ones_like(p), torch.sin(p))
        ratio = torch.where(near, 2 * harmonics + 1, torch.sin((2 * harmonics + 1) * p) / below)
        return (ratio - 1) / torch.sqrt(2 * harmonics)


def _accumulate(advance: Tensor, anew: Tensor, phase: Tensor) -> tuple[Tensor, Tensor]:
    """Phase at the start and end of each hop (B, T), in whole units; hops marked `anew` start from zero."""
    if advance.shape[1] <= 4:
        starts, ends = [], []
        for t in range(advance.shape[1]):
            start = torch.where(anew[:, t : t + 1], torch.zeros_like(phase), phase)
            phase = start + advance[:, t : t + 1]
            phase = torch.where(phase >= PHASE_UNITS, phase - PHASE_UNITS, phase)
            starts.append(start)
            ends.append(phase)
        return torch.cat(starts, dim=1), torch.cat(ends, dim=1)
    total = phase.double() + torch.cumsum(advance.double(), dim=1)
    before = torch.cat([phase.double(), total[:, :-1]], dim=1)
    base = torch.cummax(torch.where(anew, before, torch.zeros_like(before)), dim=1).values
    return tuple(torch.remainder(x - base, PHASE_UNITS).to(advance.dtype) for x in (before, total))  # type: ignore[return-value]
