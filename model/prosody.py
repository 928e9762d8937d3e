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
    """Takes the talker's own pitch range, level and dynamics out of the prosody, and a mood of nobody's into it.

    Frames (log-F0, voicing, log-energy) become (z, voicing, energy). z is log-F0 less its mean over its deviation, held
    through unvoiced frames. Energy is log-amplitude less its mean over voiced frames; what lies below that is stretched
    so that pauses lie at the bottom whatever the room's noise, and the spread of voiced frames is made that of
    everybody. All statistics are running ones of voiced frames: they start at a neutral prior that weighs as much as
    `PRIOR` voiced frames, and forget with a time constant of `MEMORY` voiced frames, so that a change of talker is
    followed.

    What statistics cannot take out is hidden: four random walks (the mood) scale and shift z and energy a little,
    anew at each start. Their noise is a sine of the microphone's log-energy times a large `KEYS`, which nobody knows
    who has only the output, and which gives equal output for equal input. docs/privacy.md says what this buys.
    """

    PRIOR = (4.0, 30.0, 20.0, 40.0)
    """Weight of the prior in voiced frames: mean log-F0, its variance, mean energy, its variance."""
    MEMORY = 1500.0
    LOG_F0, DEVIATION, LEVEL, DYNAMICS = math.log(155.0), 0.18, 0.5, 0.55
    """Neutral talker: 155 Hz, 0.18 nepers of spread; voiced level (units of `log_energy`) and its spread, nepers."""
    CLIP = 2.0
    """Deviations: what lies further out is an octave error more often than an accent."""
    QUIET = -5.0
    """Where pauses lie, nepers below the voiced level: the bottom of ENERGY_RANGE."""
    FALL, RISE = 0.2, 0.005
    """Share of the way that the estimate of the room's noise goes in a frame, down and up."""
    KEYS = (5.0, 8.0, 23.0, 17.0)
    """Radians for a neper, of each walk. Far more than a turn between two frames of speech, so that they look random;
    few enough that rounding errors stay rounding errors: those of pitch add up in the phase of the pulses."""
    WALK = (3000.0, 3000.0, 3000.0, 25.0)
    """Time constant of each walk in voiced frames."""
    DEPTH = (0.17, 0.38, 0.25, 0.3)
    """What each walk moves: log of z's scale, z's shift, log of energy's scale, energy's shift (nepers). Pushes of the
    two smaller keys are more alike from one to the next: these walks deviate by 1.8 and 1.3, the others by 1."""
    FIRMER = 0.1
    """Added to the log of energy's scale: else an unlucky mood would lift the noise of pauses."""

    def __init__(self) -> None:
        super().__init__()
        keep = torch.exp(-1.0 / torch.tensor(self.WALK, dtype=torch.float64))
        self.register_buffer("keys", torch.tensor(self.KEYS), persistent=False)
        self.register_buffer("keep", keep.float(), persistent=False)
        self.register_buffer("push", torch.sqrt(2 * (1 - keep**2)).float(), persistent=False)
        self.keys: Tensor
        self.keep: Tensor
        self.push: Tensor

    def initial_state(self, batch: int = 1) -> State:
        """Zeros: count of voiced frames, each statistic as its distance from the prior, the mood."""
        names = ("count", "mean", "variance", "z", "level", "spread", "floor")
        return {**{name: torch.zeros(batch, 1) for name in names}, "mood": torch.zeros(batch, len(self.KEYS))}

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, 3) to (B, T, 3), offline."""
        return self.stream(x, self.initial_state(x.shape[0]))[0]

    def stream(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Frame by frame: the statistics are a recurrence."""
        frames = []
        for t in range(x.shape[1]):
            log_f0, voicing, energy = x[:, t, 0:1], x[:, t, 1:2], x[:, t, 2:3]
            voiced = (voicing > 0.5).to(x.dtype)
            mood = self._walk(energy, voiced, state)
            count = torch.clamp(state["count"] + voiced, max=self.MEMORY)
            pitch = self._pitch(log_f0, voiced, mood, {**state, "count": count})
            loudness, e = self._energy(energy, voiced, mood, {**state, "count": count})
            state = {"count": count, **pitch, **loudness, "mood": mood}
            frames.append(torch.cat([state["z"], voicing, e], dim=1))
        return torch.stack(frames, dim=1), state

    def _walk(self, energy: Tensor, voiced: Tensor, state: State) -> Tensor:
        """The next mood (B, 4), of unit variance. Its first step is a whole one, as it starts at zero."""
        begun = torch.clamp(state["count"], max=1.0)
        push = begun * self.push + (1 - begun) * math.sqrt(2.0)
        moved = begun * self.keep * state["mood"] + push * torch.sin(self.keys * energy)
        return torch.where(voiced > 0, moved, state["mood"])

    def _pitch(self, log_f0: Tensor, voiced: Tensor, mood: Tensor, state: State) -> State:
        """The talker's mean and variance of log-F0, and z."""
        off, count = log_f0 - self.LOG_F0, state["count"]
        mean = state["mean"] + voiced * (off - state["mean"]) / (count + self.PRIOR[0])
        spread = torch.clamp((off - mean).square(), max=0.25) - self.DEVIATION**2
        variance = state["variance"] + voiced * (spread - state["variance"]) / (count + self.PRIOR[1])
        deviation = torch.clamp(torch.sqrt(torch.clamp(variance + self.DEVIATION**2, min=1e-4)), 0.08, 0.4)
        z = torch.clamp((off - mean) / deviation, -self.CLIP, self.CLIP) * torch.exp(self.DEPTH[0] * mood[:, 0:1])
        z = z + self.DEPTH[1] * mood[:, 1:2]
        return {"mean": mean, "variance": variance, "z": torch.where(voiced > 0, z, state["z"])}

    def _energy(self, energy: Tensor, voiced: Tensor, mood: Tensor, state: State) -> tuple[State, Tensor]:
        """The talker's level, spread of energy and noise floor; and the normalised energy."""
        count = state["count"]
        level = state["level"] + voiced * (energy - self.LEVEL - state["level"]) / (count + self.PRIOR[2])
        e = energy - self.LEVEL - level
        above = torch.clamp(e, -7.0, 0.0) - self.QUIET - state["floor"]
        floor = state["floor"] + above * (self.RISE + (above < 0).to(above.dtype) * (self.FALL - self.RISE))
        e = torch.where(e < 0, e * self.QUIET / torch.clamp(self.QUIET + floor, -7.0, -1.5), e)
        square = torch.clamp(e.square(), max=4.0) - self.DYNAMICS**2
        spread = state["spread"] + voiced * (square - state["spread"]) / (count + self.PRIOR[3])
        e = e * self.DYNAMICS / torch.sqrt(torch.clamp(spread + self.DYNAMICS**2, min=0.04))
        e = e * torch.exp(self.DEPTH[2] * mood[:, 2:3] + self.FIRMER) + self.DEPTH[3] * mood[:, 3:4]
        return {"level": level, "spread": spread, "floor": floor}, torch.clamp(e, *ENERGY_RANGE)


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
