"""Pictures of the report, as base64 PNG."""

from __future__ import annotations

import base64
import io
from typing import Any

import matplotlib
import numpy as np

from core.spec import SAMPLE_RATE
from evaluation.prosody import STEP, contours

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def before_and_after(original: np.ndarray, made: np.ndarray) -> str:
    """Two spectrograms and both F0 tracks of sounds at 24 kHz."""
    figure, axes = plt.subplots(3, 1, figsize=(11, 6.5), sharex=True, constrained_layout=True)
    for axis, x, name in zip(axes, (original, made), ("before", "after"), strict=False):
        axis.specgram(x + 1e-6 * np.random.default_rng(0).standard_normal(len(x)), 1024, SAMPLE_RATE, noverlap=784)
        axis.images[-1].set_clim(-120, -35)
        axis.set(ylim=(0, 8000), ylabel=f"{name}, Hz")
    for x, name in ((original, "before"), (made, "after")):
        f0, _ = contours(x)
        axes[2].plot((np.arange(len(f0)) + 0.5) * STEP, np.where(f0 > 0, f0, np.nan), ".", ms=3, label=name)
    axes[2].set(ylabel="F0, Hz", xlabel="s", yscale="log")
    axes[2].legend(loc="upper right")
    return _png(figure)


def linking(attacks: dict[str, Any]) -> str:
    """Detection error curves of all attackers, and the score distributions of each one."""
    rows = -(-len(attacks) // 4)
    figure = plt.figure(figsize=(11, 5 + 2.0 * rows), constrained_layout=True)
    parts: Any = figure.subfigures(2, 1, height_ratios=[5, 2.0 * rows])
    upper, lower = parts
    axis = upper.subplots()
    ticks = np.array([0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
    for name, a in attacks.items():
        missed, alarms = (_normal(np.asarray(x)) for x in a["curve"])
        axis.plot(alarms, missed, label=f"{name}: {a['eer']:.0f} %", lw=1.5)
    axis.plot(_normal(ticks), _normal(ticks), color="gray", lw=0.5, ls=":")
    axis.set(xlabel="other talkers accepted", ylabel="own talker missed")
    axis.set_xticks(_normal(ticks), [f"{100 * t:g} %" for t in ticks])
    axis.set_yticks(_normal(ticks), [f"{100 * t:g} %" for t in ticks])
    axis.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes = np.atleast_1d(lower.subplots(rows, 4)).ravel()
    for place, (name, a) in zip(axes, attacks.items(), strict=False):
        middles, same, other = a["histogram"]
        place.plot(middles, other, color="tab:gray", label="others")
        place.plot(middles, same, color="tab:red", label="same")
        place.set_title(name.replace(", ", "\n", 1), fontsize=7)
        place.set_yticks([])
        place.tick_params(labelsize=6)
    axes[0].legend(fontsize=6)
    for place in axes[len(attacks) :]:
        place.set_visible(False)
    return _png(figure)


def _normal(share: np.ndarray) -> np.ndarray:
    """The scale on which curves of normal distributions are straight."""
    from scipy.stats import norm

    return np.asarray(norm.ppf(np.clip(share, 0.005, 0.995)))


def _png(figure: Any) -> str:
    out = io.BytesIO()
    figure.savefig(out, dpi=80)
    plt.close(figure)
    return base64.b64encode(out.getvalue()).decode()
