"""Predicted mean opinion: DNSMOS (Reddy et al., arXiv 2110.01763) and PLCMOS (Diener et al., arXiv 2305.15127).

The weights of both stand inside the package `speechmos`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.audio_file import resample
from core.spec import SAMPLE_RATE

NAMES = ("SIG", "BAK", "OVRL", "P808")
RATE = 16000
WINDOW = int(9.01 * RATE)
RATERS = 5


def dnsmos(samples: npt.NDArray[np.float32]) -> dict[str, float]:
    """Samples at 24 kHz to SIG, BAK, OVRL and P808, each 1 to 5.

    The mean over two windows of 9 s, the first and the last; shorter recordings are repeated to fill one, as the
    predictor's authors do. (They take a window every second, up to nine of a short one: the same opinion, but slowly.)
    """
    heard = np.clip(resample(samples, SAMPLE_RATE, RATE), -1.0, 1.0).astype(np.float32)
    while len(heard) < WINDOW:
        heard = np.concatenate([heard, heard])
    starts = {0, len(heard) - WINDOW}
    found = [_dnsmos()(heard[start : start + WINDOW], RATE, False) for start in starts]
    keys = ("sig_mos", "bak_mos", "ovrl_mos", "p808_mos")
    return {name: float(np.mean([f[key] for f in found])) for name, key in zip(NAMES, keys, strict=True)}


def plcmos(samples: npt.NDArray[np.float32]) -> float:
    """Samples at 24 kHz to PLCMOS, 1 to 5: made for gaps in calls, so it hears drop-outs that DNSMOS forgives.

    The mean over five imagined raters; the package draws fifteen anew each time, here they are always the same.
    """
    heard = np.clip(resample(samples, SAMPLE_RATE, RATE), -1.0, 1.0).astype(np.float32)
    predictor = _plcmos()
    degraded = np.asarray(predictor.stft_transform(heard), dtype=np.float32)[None, None]
    raters = np.random.default_rng(0).standard_normal((RATERS, 1, 64)).astype(np.float32)
    given = [{"degraded_audio": degraded, "rater_embed": rater} for rater in raters]
    return float(np.mean([np.ravel(predictor.session.run(None, g)[0])[0] for g in given]))


@cache
def _dnsmos() -> Any:
    from speechmos import dnsmos as package

    models = Path(package.__file__).parent / "dnsmos_models"
    predictor = package.DNSMOS(str(models / "sig_bak_ovr.onnx"), str(models / "model_v8.onnx"))
    predictor.onnx_sess = _session(models / "sig_bak_ovr.onnx")
    predictor.p808_onnx_sess = _session(models / "model_v8.onnx")
    return predictor


@cache
def _plcmos() -> Any:
    from speechmos import plcmos as package

    predictor = package.PLCMOS()
    predictor.session = _session(Path(package.__file__).parent / "plcmos_models" / "plcmos_v2.onnx")
    return predictor


def _session(path: Path) -> Any:
    """One thread each: several recordings are measured at a time."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
