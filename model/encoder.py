"""The encoder: microphone samples to codes and prosody, nothing else."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.spec import FRAMES, MELS
from model.content import ContentNet
from model.frontend import SPEECH_BINS, SPEECH_WINDOW, PowerSpectrum, speech_filters, speech_log_mel
from model.prosody import PitchFeatures, PitchNet, ProsodyNormalizer, decode_pitch, log_energy
from model.quantizer import HeldQuantizer
from model.streaming import State, StreamingLayer, gather, part

PROSODY_BINS = 342
"""Up to 8 kHz, for the energy."""
RATES = (1, 2, 4)
"""Steps of 20 ms per code: bottom 50 Hz, mid 25 Hz, top 12.5 Hz."""
WARPS = tuple(0.84 + 0.02 * i for i in range(17))
"""Vocal-tract warps that training draws from; the middle one is none."""


class Encoder(StreamingLayer):
    """Samples to codes int64 (B, T, 3) and prosody (B, 2 T, 3), T steps of 480 samples.

    Args:
        content: the network that feeds the quantisers.
        pitch: the network that hears F0 and voicing.
        entries: codebook sizes, bottom to top.
        code_dim: numbers per code vector.
    """

    delay = PowerSpectrum.delay

    def __init__(self, content: ContentNet, pitch: PitchNet, entries: tuple[int, int, int], code_dim: int) -> None:
        super().__init__()
        self.spectrum = PowerSpectrum(PROSODY_BINS)
        self.ear = PowerSpectrum(SPEECH_BINS, SPEECH_WINDOW, SPEECH_WINDOW)
        filters = torch.stack([speech_filters(MELS, warp) for warp in WARPS])
        self.register_buffer("filters", filters, persistent=False)
        self.register_buffer("neutral", filters[len(WARPS) // 2].clone(), persistent=False)
        self.filters: Tensor
        self.neutral: Tensor
        self.pitch_features = PitchFeatures()
        self.content, self.pitch = content, pitch
        self.quantizers = nn.ModuleList(
            [HeldQuantizer(k, code_dim, every) for k, every in zip(entries, RATES, strict=True)]
        )
        self.normalizer = ProsodyNormalizer()
        steps = max(content.receptive_field, pitch.receptive_field) + max(RATES) - 1
        self.receptive_field = steps * FRAMES + self.spectrum.receptive_field - 1

    def features(self, heard: Tensor, warp: Tensor | None = None) -> Tensor:
        """What the ear gives (B, 2 T, 201) to content features (B, T, 160); `warp` (B,) indexes WARPS, in training."""
        filters = self.neutral if warp is None else self.filters[warp]
        return speech_log_mel(heard, filters).unflatten(1, (-1, FRAMES)).flatten(2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (B, n) samples, n a multiple of 480, offline."""
        power = self.spectrum(x)
        latents = self.content(self.features(self.ear(x)))
        codes = torch.stack([q(latents[:, :, i]) for i, q in enumerate(self.levels())], dim=2)
        pitch = self.pitch(self.pitch_features(power).unflatten(1, (-1, FRAMES)).flatten(2))
        return codes, self.normalizer(self._prosody(pitch, power))

    def initial_state(self, batch: int = 1) -> State:
        """All memory of the front end, the networks, the held codes and the running statistics."""
        levels = {f"level{i}": q.initial_state(batch) for i, q in enumerate(self.levels())}
        return gather(
            {
                "spectrum": self.spectrum.initial_state(batch),
                "ear": self.ear.initial_state(batch),
                "content": self.content.initial_state(batch),
                "pitch": self.pitch.initial_state(batch),
                **levels,
                "normalizer": self.normalizer.initial_state(batch),
            }
        )

    def stream(self, x: Tensor, state: State) -> tuple[tuple[Tensor, Tensor], State]:  # type: ignore[override]
        """x (B, n) the next samples, n a multiple of 480."""
        states: dict[str, State] = {}
        power, states["spectrum"] = self.spectrum.stream(x, part(state, "spectrum"))
        heard, states["ear"] = self.ear.stream(x, part(state, "ear"))
        latents, states["content"] = self.content.stream(self.features(heard), part(state, "content"))
        features = self.pitch_features(power).unflatten(1, (-1, FRAMES)).flatten(2)
        pitch, states["pitch"] = self.pitch.stream(features, part(state, "pitch"))
        codes = []
        for i, quantizer in enumerate(self.levels()):
            code, states[f"level{i}"] = quantizer.stream(latents[:, :, i], part(state, f"level{i}"))
            codes.append(code)
        prosody, states["normalizer"] = self.normalizer.stream(self._prosody(pitch, power), part(state, "normalizer"))
        return (torch.stack(codes, dim=2), prosody), gather(states)

    def levels(self) -> list[HeldQuantizer]:
        """The quantisers, bottom to top."""
        return [q for q in self.quantizers if isinstance(q, HeldQuantizer)]

    @staticmethod
    def _prosody(pitch: Tensor, power: Tensor) -> Tensor:
        log_f0, voicing = decode_pitch(pitch.flatten(1, 2))
        return torch.stack([log_f0, voicing, log_energy(power)], dim=-1)
