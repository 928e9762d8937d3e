"""Predicted mean opinion: DNSMOS P.835 and P.808 (Reddy et al., arXiv 2110.01763), weights inside `speechmos`."""

from __future__ import annotations

import numpy as np

from core.audio_file import resample
from core.spec import SAMPLE_RATE

NAMES = ("SIG", "BAK", "OVRL", "P808")


def dnsmos(samples: np.ndarray) -> dict[str, float]:
    """Samples at 24 kHz to SIG, BAK, OVRL and P808, each 1 to 5."""
    from speechmos import dnsmos as predictor

    heard = np.clip(resample(samples, SAMPLE_RATE, 16000), -1.0, 1.0).astype(np.float32)
    scores = predictor.run(heard, 16000)
    keys = ("sig_mos", "bak_mos", "ovrl_mos", "p808_mos")
    return {name: float(scores[key]) for name, key in zip(NAMES, keys, strict=True)}
