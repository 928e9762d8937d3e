"""F0, voicing and energy: estimated from the spectrum, normalised per talker, mapped to the target's range."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from core.spec import FRAMES, SAMPLE_RATE
from model.frontend import N_FFT
from model.layers import GatedStack
from model.streaming import State, StreamingLayer, gather, part

F0_LOW, F0_HIGH = 50.0, 600.0
F0_BINS = 128
LAGS = 96
PITCH_BINS = 171
"""DFT bins that the pitch features look at: up to 4 kHz."""

ENERGY_RANGE = (-5.0, 2.5)
"""Normalised energy (nepers above the talker's mean voiced level) is clipped to this."""


def log_f0_grid() -> Tensor:
    """The natural log of the F0 that each of the F0_BINS classes stands for, evenly spaced (about 34 cents apart)."""
    return torch.linspace(math.log(F0_LOW), math.log(F0_HIGH), F0_BINS)


class PitchFeatures(nn.Module):
    """Power spectra to a normalised autocorrelation of the compressed spectrum, at log-spaced lags.

    The cosine transform of power^(1/3): peaks at the period and its multiples, robust to the spectral envelope
    (generalised autocorrelation, Tolonen and Karjalainen 2000).
    """

    def __init__(self) -> None:
        super().__init__()
        lags = torch.exp(-torch.linspace(math.log(F0_LOW), math.log(F0_HIGH), LAGS, dtype=torch.float64))
        freqs = torch.arange(PITCH_BINS, dtype=torch.float64) * SAMPLE_RATE / N_FFT
        self.register_buffer("cosines", torch.cos(2 * math.pi * freqs[:, None] * lags).float(), persistent=False)
        self.cosines: Tensor

    def forward(self, power: Tensor) -> Tensor:
        """power (B, T, >= 171) to (B, T, 97): 96 correlations in [-1, 1] and the log of the compressed sum."""
        compressed = torch.exp(torch.log(power[..., :PITCH_BINS] + 1e-7) / 3)
        total = compressed.sum(-1, keepdim=True)
        return torch.cat([compressed @ self.cosines / total, 0.5 * torch.log(total)], dim=-1)


class PitchNet(StreamingLayer):
    """Estimates F0 and voicing of both 10 ms frames of a 20 ms step.

    Output per frame: logits over F0_BINS, and one voicing logit. Frame k speaks of time k * 240 samples, the newest
    that still lies inside the window.
    """

    def __init__(self, channels: int = 128, dilations: tuple[int, ...] = (1, 1, 2, 4)) -> None:
        super().__init__()
        self.inlet = nn.Linear(FRAMES * (LAGS + 1), channels)
        self.stack = GatedStack(channels, channels, 5, dilations)
        self.outlet = nn.Linear(channels, FRAMES * (F0_BINS + 1))
        self.receptive_field = self.stack.receptive_field

    def forward(self, x: Tensor) -> Tensor:
        """Pitch features (B, T, 2 * 97) of 20 ms steps to (B, T, 2, F0_BINS + 1)."""
        return self.outlet(self.stack(self.inlet(x))).unflatten(-1, (FRAMES, F0_BINS + 1))

    def initial_state(self, batch: int = 1) -> State:
        """That of the stack."""
        return gather({"stack": self.stack.initial_state(batch)})

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """As `forward`, with state."""
        y, stack = self.stack.stream(self.inlet(x), part(state, "stack"))
        return self.outlet(y).unflatten(-1, (FRAMES, F0_BINS + 1)), gather({"stack": stack})


def decode_pitch(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (..., F0_BINS + 1) to log-F0 (...) and voicing probability (...).

    Log-F0 is the mean over the bins within 4 of the best one: finer than the grid, and blind to a second, octave-wrong
    peak (as CREPE decodes, arXiv 1802.06182).
    """
    scores, voicing = logits[..., :F0_BINS], logits[..., F0_BINS]
    best = scores.argmax(-1, keepdim=True)
    bins = torch.arange(F0_BINS, device=logits.device)
    near = (bins - best).abs() <= 4
    weights = torch.softmax(torch.where(near, scores, torch.full_like(scores, -1e4)), dim=-1)
    return weights @ log_f0_grid().to(logits), torch.sigmoid(voicing)


class ProsodyNormalizer(StreamingLayer):
    """Takes the talker's own pitch range and level out of the prosody, with running statistics of voiced frames.

    Frames (log-F0, voicing, log-energy) become (z, voicing, energy): z is log-F0 less its mean over its deviation, held
    through unvoiced frames; energy is log-amplitude less the mean over voiced frames. The means start at a neutral
    prior that weighs as much as `PRIOR` voiced frames, and forget with a time constant of `MEMORY` voiced frames, so
    that a change of talker is followed.
    """

    PRIOR = (12.0, 150.0, 20.0)
    """Weight of the prior in voiced frames: mean log-F0, its variance, mean energy."""
    MEMORY = 1500.0
    LOG_F0, DEVIATION, LEVEL = math.log(155.0), 0.18, 0.5
    """Neutral talker: 155 Hz, 0.18 nepers of spread; voiced level in the units of `log_energy`."""

    def initial_state(self, batch: int = 1) -> State:
        """Zeros: count of voiced frames, and each statistic as its distance from the prior."""
        zeros = torch.zeros(batch, 1)
        return {name: zeros.clone() for name in ("count", "mean", "variance", "level", "z")}

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, 3) to (B, T, 3), offline."""
        return self.stream(x, self.initial_state(x.shape[0]))[0]

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Frame by frame: the statistics are a recurrence."""
        count, mean, variance, level, z = (state[n] for n in ("count", "mean", "variance", "level", "z"))
        frames = []
        for t in range(x.shape[1]):
            log_f0, voicing, energy = x[:, t, 0:1], x[:, t, 1:2], x[:, t, 2:3]
            voiced = (voicing > 0.5).to(x.dtype)
            count = torch.clamp(count + voiced, max=self.MEMORY)
            off = log_f0 - self.LOG_F0
            mean = mean + voiced * (off - mean) / (count + self.PRIOR[0])
            spread = torch.clamp((off - mean).square(), max=0.25) - self.DEVIATION**2
            variance = variance + voiced * (spread - variance) / (count + self.PRIOR[1])
            level = level + voiced * (energy - self.LEVEL - level) / (count + self.PRIOR[2])
            deviation = torch.clamp(torch.sqrt(torch.clamp(variance + self.DEVIATION**2, min=1e-4)), 0.08, 0.4)
            z = torch.where(voiced > 0, torch.clamp((off - mean) / deviation, -4.0, 4.0), z)
            e = torch.clamp(energy - self.LEVEL - level, *ENERGY_RANGE)
            frames.append(torch.cat([z, voicing, e], dim=1))
        new = {"count": count, "mean": mean, "variance": variance, "level": level, "z": z}
        return torch.stack(frames, dim=1), new


def log_energy(power: Tensor) -> Tensor:
    """Power spectra (B, T, bins) to log-amplitude (B, T) in nepers; about 0.5 for voiced speech at a normal level."""
    return 0.5 * torch.log(power.sum(-1) / power.shape[-1] + 1e-6)


def target_log_f0(z: Tensor, voice_range: Tensor, knob: Tensor) -> Tensor:
    """Normalised z (B, T) to the target's log-F0 (B, T).

    Args:
        voice_range: (B, 2) the target's mean and standard deviation of log-F0.
        knob: (B, 1) in 0..1; 1 keeps the melody's liveliness, 0 is monotone.
    """
    log_f0 = voice_range[:, :1] + voice_range[:, 1:] * knob * z
    return torch.clamp(log_f0, math.log(F0_LOW), math.log(F0_HIGH))
