"""Pictures of the report, as base64 PNG."""

from __future__ import annotations

import base64
import io
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt

from core.spec import SAMPLE_RATE
from evaluation.prosody import STEP, contours
from evaluation.published import POINTS

matplotlib.use("Agg")
import matplotlib.pyplot as plt

Sound = npt.NDArray[np.float32]


def before_and_after(original: Sound, made: Sound) -> str:
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
    return png(figure)


def linking(attacks: dict[str, Any]) -> str:
    """Detection error curves of attackers, and the score distributions of each one."""
    rows = -(-len(attacks) // 4)
    figure = plt.figure(figsize=(11, 5 + 2.0 * rows), constrained_layout=True)
    parts: Any = figure.subfigures(2, 1, height_ratios=[5, 2.0 * rows])
    upper, lower = parts
    axis = upper.subplots()
    ticks = np.array([0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
    for number, (name, a) in enumerate(attacks.items()):
        missed, alarms = (_normal(np.asarray(x)) for x in a["curve"])
        axis.plot(alarms, missed, label=f"{name}: {a['eer']:.0f} %", lw=1.5, ls=("-", "--", ":")[number // 10 % 3])
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
    return png(figure)


def matrices(attacks: dict[str, Any]) -> str:
    """Similarity matrices side by side: enrolled talkers down, talkers on trial across."""
    figure, axes = plt.subplots(1, len(attacks), figsize=(11, 11 / max(2.4, len(attacks))), constrained_layout=True)
    for place, (name, a) in zip(np.atleast_1d(axes), attacks.items(), strict=True):
        matrix = np.asarray(a["matrix"])
        place.imshow(matrix, cmap="viridis")
        place.set_title(name.replace(", ", "\n", 1), fontsize=7)
        talkers = list(a["by_talker"])
        if len(talkers) == len(matrix):
            place.set_xticks(range(len(talkers)), talkers, rotation=90, fontsize=4)
            place.set_yticks(range(len(talkers)), talkers, fontsize=4)
    return png(figure)


def map_of_systems(points: dict[str, tuple[float, float]]) -> str:
    """Privacy against intelligibility.

    Args:
        points: (word error rate, equal error rate of the strongest semi-informed attacker), percent, by row.
    """
    figure, axis = plt.subplots(figsize=(9, 5.5), constrained_layout=True)
    for name, (wer, eer) in points.items():
        axis.plot(wer, eer, "o", ms=9, label=f"{name} (measured here)")
    for p in POINTS:
        marker = "s" if p.attacker == "semi-informed" else "^"
        axis.plot(p.wer, p.eer, marker, ms=7, mfc="none", color="tab:gray")
        axis.annotate(p.name, (p.wer, p.eer), xytext=(6, 4), textcoords="offset points", fontsize=8, color="dimgray")
    axis.axhline(50, color="gray", lw=0.7, ls=":")
    axis.plot([], [], "s", mfc="none", color="tab:gray", label="stated, semi-informed attacker")
    axis.plot([], [], "^", mfc="none", color="tab:gray", label="stated, lazy-informed attacker")
    axis.set(xlabel="word error rate, % (left is better)", ylabel="equal error rate, % (up is better)", ylim=(0, 55))
    axis.set_xlim(0, 4 + max([wer for wer, _ in points.values()] + [p.wer for p in POINTS]))
    axis.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return png(figure)


def _normal(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The scale on which curves of normal distributions are straight."""
    from scipy.stats import norm

    return np.asarray(norm.ppf(np.clip(share, 0.005, 0.995)))


def png(figure: Any) -> str:
    """The figure, closed, as base64."""
    out = io.BytesIO()
    figure.savefig(out, dpi=80)
    plt.close(figure)
    return base64.b64encode(out.getvalue()).decode()
