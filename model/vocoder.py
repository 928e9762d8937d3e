"""The vocoder: log-mel, F0 and voicing to sound, as filtered pulses plus filtered noise.

A source-filter model with filters predicted per frame in the frequency domain (as in neural homomorphic vocoding, Liu
et al. 2020, and DDSP, arXiv 2001.04643), with one hop of overlap-add as its only delay.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from core.spec import HOP, MELS
from model.excitation import PulseTrain
from model.fourier import Fourier, InverseFourier
from model.layers import GatedStack
from model.streaming import State, StreamingLayer, gather, part

SEGMENT = 3 * HOP
"""Samples of source that one filter sees: the two hops it shapes, and one before them whose ringing reaches in. What
circular convolution wraps around lands in that first hop, which is thrown away."""
BINS = SEGMENT // 2 + 1


class SourceFilter(StreamingLayer):
    """Source hops and per-frame filters to samples, by overlap-add of two-hop windows: one hop of delay."""

    delay = 1
    receptive_field = 3

    def __init__(self) -> None:
        super().__init__()
        window = 0.5 - 0.5 * torch.cos(2 * math.pi * (torch.arange(2 * HOP) + 0.5) / (2 * HOP))
        self.register_buffer("window", window.float(), persistent=False)
        self.window: Tensor
        self.analysis, self.synthesis = Fourier(SEGMENT, BINS), InverseFourier(SEGMENT, start=HOP)

    def initial_state(self, batch: int = 1) -> State:
        """`source` (B, 2, 480): the last two hops of pulses and noise; `tail` (B, 240): half a window to be added."""
        return {"source": self.window.new_zeros(batch, 2, 2 * HOP), "tail": self.window.new_zeros(batch, HOP)}

    def forward(self, source: Tensor, filters: Tensor) -> Tensor:
        """source (B, 2, T * 240), filters (B, T, 3, 361) to samples (B, T * 240), offline."""
        return self.stream(source, filters, self.initial_state(source.shape[0]))[0]

    def stream(self, source: Tensor, filters: Tensor, state: State) -> tuple[Tensor, State]:  # type: ignore[override]
        """The next T hops. `filters` holds, per bin, pulse log-gain, pulse phase and noise log-gain."""
        frames = filters.shape[1]
        joined = torch.cat([state["source"], source], dim=2)
        if frames <= 4:
            segments = torch.stack([joined[:, :, i * HOP : i * HOP + SEGMENT] for i in range(frames)], dim=2)
        else:
            segments = joined.unfold(2, SEGMENT, HOP)
        spectra = self.analysis(segments)
        pulse_re, pulse_im = spectra[:, 0, :, 0], spectra[:, 0, :, 1]
        gain, phase, noise_gain = torch.exp(filters[:, :, 0]), filters[:, :, 1], torch.exp(filters[:, :, 2])
        h_re, h_im = gain * torch.cos(phase), gain * torch.sin(phase)
        out_re = pulse_re * h_re - pulse_im * h_im + spectra[:, 1, :, 0] * noise_gain
        out_im = pulse_re * h_im + pulse_im * h_re + spectra[:, 1, :, 1] * noise_gain
        windows = self.synthesis(torch.stack([out_re, out_im], dim=-2)) * self.window
        first, second = windows[..., :HOP], windows[..., HOP:]
        samples = first + torch.cat([state["tail"][:, None], second[:, :-1]], dim=1)
        return samples.flatten(1), {"source": joined[:, :, frames * HOP :], "tail": second[:, -1]}


class Vocoder(StreamingLayer):
    """Log-mel (B, T, 80), F0 (B, T) in Hz, voicing (B, T) and noise (B, T * 240) to samples (B, T * 240).

    Args:
        channels, hidden: width of the gated blocks.
        dilations: one block each, at 100 frames a second.
    """

    delay = SourceFilter.delay

    def __init__(self, channels: int, hidden: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.inlet = nn.Linear(MELS + 2, channels)
        self.stack = GatedStack(channels, hidden, 5, dilations)
        self.norm = nn.LayerNorm(channels)
        self.outlet = nn.Linear(channels, 3 * BINS)
        nn.init.normal_(self.outlet.weight, std=0.02)
        self.pulses = PulseTrain()
        self.source_filter = SourceFilter()
        self.receptive_field = self.stack.receptive_field + 2

    def forward(self, mel: Tensor, f0: Tensor, voicing: Tensor, noise: Tensor) -> Tensor:
        """Offline."""
        amplitude = _amplitude(voicing)
        source = self._source(self.pulses(f0, voicing), amplitude, noise, amplitude[:, :1] * 0)
        filters = self._filters(self.stack(self._enter(mel, f0, voicing)))
        return self.source_filter(source, filters)

    def initial_state(self, batch: int = 1) -> State:
        """Network, phase, last voicing, source and overlap."""
        return gather(
            {
                "stack": self.stack.initial_state(batch),
                "pulses": self.pulses.initial_state(batch),
                "voicing": {"last": self.pulses.rise.new_zeros(batch, 1)},
                "source_filter": self.source_filter.initial_state(batch),
            }
        )

    def stream(  # type: ignore[override]
        self, mel: Tensor, f0: Tensor, voicing: Tensor, noise: Tensor, state: State
    ) -> tuple[Tensor, State]:
        """As `forward`, with state."""
        amplitude = _amplitude(voicing)
        states: dict[str, State] = {"voicing": {"last": amplitude[:, -1:]}}
        x, states["stack"] = self.stack.stream(self._enter(mel, f0, voicing), part(state, "stack"))
        pulses, states["pulses"] = self.pulses.stream(f0, voicing, part(state, "pulses"))
        source = self._source(pulses, amplitude, noise, part(state, "voicing")["last"])
        samples, states["source_filter"] = self.source_filter.stream(
            source, self._filters(x), part(state, "source_filter")
        )
        order = ("stack", "pulses", "voicing", "source_filter")
        return samples, gather({name: states[name] for name in order})

    def _enter(self, mel: Tensor, f0: Tensor, voicing: Tensor) -> Tensor:
        log_f0 = (torch.log(f0) - 5.0) * 2.0
        return self.inlet(torch.cat([mel, log_f0[..., None], voicing[..., None]], dim=-1))

    def _filters(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            raw = nn.functional.linear(self.norm(x).float(), self.outlet.weight, self.outlet.bias)
            raw = raw.unflatten(-1, (3, BINS))
            gain = torch.clamp(raw[:, :, 0::2] * 2.0 - 4.0, -12.0, 4.0)
            return torch.stack([gain[:, :, 0], raw[:, :, 1] * 2.0, gain[:, :, 1]], dim=2)

    def _source(self, pulses: Tensor, amplitude: Tensor, noise: Tensor, last: Tensor) -> Tensor:
        rise = torch.arange(1, HOP + 1, device=noise.device, dtype=noise.dtype) / HOP
        before = torch.cat([last, amplitude[:, :-1]], dim=1)
        ramp = before[..., None] + (amplitude - before)[..., None] * rise
        return torch.stack([(pulses * ramp).flatten(1), noise], dim=1)


def _amplitude(voicing: Tensor) -> Tensor:
    """Level of the pulses: the voicing where it is over one half, else none. Phase may then start anew unheard."""
    return torch.where(voicing > 0.5, voicing, torch.zeros_like(voicing))
