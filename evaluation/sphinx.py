"""A recogniser that shares nothing with Whisper: PocketSphinx, hidden Markov models with Gaussian mixtures."""

from __future__ import annotations

import importlib.metadata
from functools import cached_property
from typing import Any

import numpy as np

from core.audio_file import resample
from core.spec import SAMPLE_RATE
from evaluation.intelligibility import normalise

RATE = 16000


class Sphinx:
    """US English, with the models that its package brings.

    It hears far less than Whisper does. But no part of Voxveil was taught by it or by anything like it: what helps only
    Whisper does not help here.
    """

    name = "PocketSphinx"

    @property
    def key(self) -> str:
        """In the name of what is kept."""
        return f"pocketsphinx {importlib.metadata.version('pocketsphinx')}, each sound by itself"

    @cached_property
    def _decoder(self) -> Any:
        from pocketsphinx import Decoder

        # Without dither, digital silence is heard as a word.
        return Decoder(samprate=RATE, cmn="batch", dither=True, seed=1, loglevel="FATAL")

    def __call__(self, samples: np.ndarray) -> str:
        """24 kHz samples to normalised words."""
        heard = np.clip(resample(samples, SAMPLE_RATE, RATE), -1.0, 1.0)
        self._decoder.reinit_feat()  # forget the channel and the noise of the sound before
        self._decoder.start_utt()
        self._decoder.process_raw((heard * 32767).astype(np.int16).tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return normalise(found.hypstr) if found is not None else ""
