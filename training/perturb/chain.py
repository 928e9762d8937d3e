"""The whole perturbation: which parts, how often, and in the order in which they happen to a real signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.spec import SAMPLE_RATE
from training.perturb.babble import Babble, Source
from training.perturb.band import Band
from training.perturb.clip import SoftClip
from training.perturb.codec import MuLaw
from training.perturb.equalizer import Equalizer
from training.perturb.gain import Gain
from training.perturb.linear import Linear, apply_linear
from training.perturb.noise import Noise
from training.perturb.reverb import Reverb
from training.perturb.warp import FormantWarp


@dataclass(frozen=True)
class Plan:
    """What was drawn; applying it twice gives the same samples.

    Attributes:
        samples: length of the signal it was drawn for.
        warp: the talker's throat.
        filters: room, microphone and line, applied in one go.
        noise, babble: what else the microphone hears.
        gain: the level that the preamplifier gives, clip: what it then does to it.
        codec: the line.
        source: who babbles.
    """

    samples: int
    warp: FormantWarp | None
    filters: tuple[Linear, ...]
    noise: Noise | None
    babble: Babble | None
    gain: Gain
    clip: SoftClip | None
    codec: MuLaw | None
    source: Source | None

    def apply(self, x: np.ndarray) -> np.ndarray:
        """x float32 [samples] at 24 kHz to the same length within [-1, 1]; nothing moves in time."""
        if self.warp is not None:
            x = self.warp.apply(x, SAMPLE_RATE)
        if self.babble is not None and self.source is not None:
            x = self.babble.apply(x, SAMPLE_RATE, self.source)
        x = apply_linear(self.filters, x, SAMPLE_RATE)
        for part in (self.noise, self.gain, self.clip, self.codec):
            if part is not None:
                x = part.apply(x, SAMPLE_RATE)
        return np.clip(x, -1.0, 1.0).astype(np.float32)


class Perturb:
    """Draws plans. Each of the first arguments is a probability.

    Args:
        channel: a drawn equaliser.
        noise: coloured noise; babble: other talkers, if there is a source of them.
        clip: soft clipping.
        reverb: a room.
        band: band limits.
        codec: mu-law.
        warp: formants moved in the audio (the task moves those of the encoder's spectra anyway).
        gain_db: range of the level.
        noise_snr, babble_snr: ranges in dB.
    """

    def __init__(
        self,
        channel: float = 0.7,
        noise: float = 0.6,
        clip: float = 0.05,
        reverb: float = 0.3,
        band: float = 0.15,
        babble: float = 0.15,
        codec: float = 0.03,
        warp: float = 0.0,
        gain_db: tuple[float, float] = (-15.0, 8.0),
        noise_snr: tuple[float, float] = (5.0, 45.0),
        babble_snr: tuple[float, float] = (8.0, 30.0),
    ) -> None:
        self.channel, self.noise, self.clip, self.reverb, self.band = channel, noise, clip, reverb, band
        self.babble, self.codec, self.warp = babble, codec, warp
        self.gain_db, self.noise_snr, self.babble_snr = gain_db, noise_snr, babble_snr
        self.source: Source | None = None

    def draw(self, rng: np.random.Generator, samples: int) -> Plan:
        """A plan for a signal of that length; every random number of it comes from `rng`."""
        filters: list[Linear] = []
        if rng.random() < self.reverb:
            filters.append(Reverb.draw(rng))
        if rng.random() < self.channel:
            filters.append(Equalizer.draw(rng))
        if rng.random() < self.band:
            filters.append(Band.draw(rng))
        return Plan(
            samples=samples,
            warp=FormantWarp.draw(rng) if rng.random() < self.warp else None,
            filters=tuple(filters),
            noise=Noise.draw(rng, self.noise_snr) if rng.random() < self.noise else None,
            babble=Babble.draw(rng, self.babble_snr) if rng.random() < self.babble else None,
            gain=Gain.draw(rng, *self.gain_db),
            clip=SoftClip.draw(rng) if rng.random() < self.clip else None,
            codec=MuLaw.draw(rng) if rng.random() < self.codec else None,
            source=self.source,
        )

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw a plan for x float32 [n] at 24 kHz, and apply it."""
        return self.draw(rng, len(x)).apply(x)
