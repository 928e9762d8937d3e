"""A low-bit codec: mu-law companding (ITU-T G.711), down to 6 bits a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MU = 255.0


@dataclass(frozen=True)
class MuLaw:
    """Bits a sample; the scale is that of a full 16-bit signal, so quiet speech suffers more, as on a real line."""

    bits: int

    @staticmethod
    def draw(rng: np.random.Generator) -> MuLaw:
        """6 to 8 bits."""
        return MuLaw(int(rng.integers(6, 9)))

    def apply(self, x: np.ndarray, rate: int) -> np.ndarray:
        """x float32 [n] to the same length, within [-1, 1]."""
        steps = np.float32(2 ** (self.bits - 1) - 1)
        small = np.log1p(np.float32(MU) * np.minimum(np.abs(x), 1)) / np.float32(np.log1p(MU))
        small = np.round(small * steps) / steps
        return np.asarray(np.copysign(np.expm1(small * np.float32(np.log1p(MU))) / np.float32(MU), x), np.float32)
