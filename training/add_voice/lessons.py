"""The talker's own speech as the decoder will be given it: codes, prosody, and the mel that should come out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.errors import ConfigError
from core.spec import FRAMES, HOP
from model.frontend import VoiceMel
from model.live import LiveModel
from model.prosody import ENERGY_RANGE, ProsodyNormalizer, log_energy
from training.crops import held_f0
from training.data.pitch import track

STEPS = 100
"""Of 20 ms in a lesson."""
VOICED = 50
"""Frames that a piece needs to be learnt from."""
EMPTY = -1.0
"""Log-mel below which a band holds nothing: the floor of the scale is -1.88, the quiet of a good room about -1.6."""


@dataclass(frozen=True)
class Lessons:
    """N lessons of 2 s.

    Attributes:
        vectors: (N, S, levels * D) code vectors.
        prosody: (N, 2 S, 3) the talker's own log-F0, voicing, energy less its mean over voiced frames.
        mel: (N, 2 S, 80) the recording's log-mel.
        bands: mel bands from the lowest that the recordings fill: a telephone's or a 16 kHz recording's upper bands are
            empty, and a voice should not learn that.
    """

    vectors: Tensor
    prosody: Tensor
    mel: Tensor
    bands: int

    def __len__(self) -> int:
        return len(self.mel)

    def some(self, rows: Tensor | slice) -> Lessons:
        """Those of some rows."""
        return Lessons(self.vectors[rows], self.prosody[rows], self.mel[rows], self.bands)


@torch.no_grad()
def make_lessons(model: LiveModel, pieces: list[np.ndarray]) -> tuple[Lessons, tuple[float, float]]:
    """Run the frozen encoder over the pieces (float32 [n] at 24 kHz, n a multiple of 480), each turned to normal level.

    Returns:
        The lessons, and mean and standard deviation of the talker's log-F0.

    Raises:
        ConfigError: there is no voiced speech in them.
    """
    voice_mel, encoder = VoiceMel(), model.encoder
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    ranges: list[tuple[float, float, int]] = []
    for samples in pieces:
        f0 = track(samples, len(samples) // HOP)
        voiced = torch.from_numpy((f0 > 0).astype(np.float32))
        if voiced.sum() < VOICED:
            continue
        log_f0 = np.log(f0[f0 > 0])
        ranges.append((float(np.median(log_f0)), float(np.std(log_f0)), len(log_f0)))
        audio = torch.from_numpy(np.ascontiguousarray(samples))[None]
        energy = log_energy(encoder.spectrum(model.heard_by(audio)))[0]
        audio = audio * torch.exp(ProsodyNormalizer.LEVEL - (energy * voiced).sum() / voiced.sum())
        heard = model.heard_by(audio)
        power, latents = encoder.spectrum(heard), encoder.content(encoder.features(encoder.ear(heard)))
        codes = [level(latents[:, :, i]) for i, level in enumerate(encoder.levels())]
        vectors = torch.cat([book.lookup(code) for book, code in zip(model.books, codes, strict=True)], dim=-1)[0]
        energy = torch.clamp(log_energy(power)[0] - ProsodyNormalizer.LEVEL, *ENERGY_RANGE)
        prosody = torch.stack([torch.log(torch.from_numpy(held_f0(f0))), voiced, energy], dim=-1)
        parts.append((_cut(vectors, 1), _cut(prosody, FRAMES), _cut(voice_mel(audio)[0], FRAMES)))
    if not ranges:
        raise ConfigError("nobody's voice is heard in these recordings; are they speech?")
    vectors, prosody, mel = (torch.cat(column) for column in zip(*parts, strict=True))
    weights = [count for _, _, count in ranges]
    mean = float(np.average([m for m, _, _ in ranges], weights=weights))
    spread = float(np.clip(np.median([s for _, s, _ in ranges]), 0.08, 0.4))
    return Lessons(vectors, prosody, mel, filled_bands(mel)), (mean, spread)


def filled_bands(mel: Tensor) -> int:
    """How many bands of log-mel (N, T, 80), from the lowest, are above EMPTY in a twentieth of the time; less the two
    in which a recording's upper edge may lie.
    """
    filled = (mel.flatten(0, 1).quantile(0.95, dim=0) > EMPTY).nonzero().flatten()
    bands = int(filled.max()) + 1 if len(filled) else mel.shape[-1]
    return bands if bands == mel.shape[-1] else max(bands - 2, 1)


def _cut(x: Tensor, per_step: int) -> Tensor:
    """(S', C) to (N, S, C): whole lessons, and one from the end for what is left over; a short piece is made up to one
    with its last frame.
    """
    size = STEPS * per_step
    if len(x) < size:
        return torch.cat([x, x[-1:].expand(size - len(x), -1)])[None]
    starts = [*range(0, len(x) - size, size), len(x) - size]
    return torch.stack([x[i : i + size] for i in starts])
