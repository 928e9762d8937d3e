"""The plot that belongs to each kind of run, as PNG."""

from __future__ import annotations

import io
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def draw(kind: str, found: dict[str, Any]) -> bytes:
    """PNG of a run's result."""
    figure = _DRAWN[kind](found)
    out = io.BytesIO()
    figure.savefig(out, dpi=90)
    plt.close(figure)
    return out.getvalue()


def _latency(found: dict[str, Any]) -> Any:
    """Waterfall of the parts, histogram, time series."""
    figure, (upper, left, right) = _places("AA;BC")
    begin = 0.0
    names = list(found["parts_ms"])
    for row, ms in enumerate(found["parts_ms"].values()):
        upper.barh(row, ms, left=begin)
        upper.text(begin + max(ms, 0) + 0.3, row, f"{ms:.1f}", va="center", fontsize=8)
        begin += ms
    upper.axvline(found["delay_ms"]["p50"], color="black", lw=1, label="measured from outside, p50")
    upper.set(yticks=range(len(names)), xlabel="ms", title="microphone to virtual microphone")
    upper.set_yticklabels(names)
    upper.invert_yaxis()
    upper.legend(fontsize=8)
    left.hist(found["series_ms"], bins=40)
    left.set(xlabel="ms", ylabel="windows")
    right.plot(np.linspace(0, found["seconds"], len(found["series_ms"])), found["series_ms"], ".", ms=3)
    right.set(xlabel="s", ylabel="ms")
    return figure


def _compute(found: dict[str, Any]) -> Any:
    figure, (place,) = _places("A")
    stages = list(found["paced"])
    for number, way in enumerate(("flat_out", "paced")):
        for offset, share in enumerate(("p50", "p99")):
            values = [found[way][stage][share] for stage in stages]
            at = np.arange(len(stages)) + 0.2 * (2 * number + offset) - 0.3
            place.bar(at, values, 0.19, label=f"{way.replace('_', ' ')}, {share}")
    place.set_xticks(range(len(stages)), stages)
    place.set(ylabel="ms of a 20 ms block")
    place.legend()
    return figure


def _soak(found: dict[str, Any]) -> Any:
    names = [name for name in found["series"] if name != "seconds"]
    figure, axes = plt.subplots(len(names), 1, figsize=(10, 1.8 * len(names)), sharex=True, constrained_layout=True)
    minutes = np.asarray(found["series"]["seconds"]) / 60
    for place, name in zip(axes, names, strict=True):
        place.plot(minutes, found["series"][name], lw=1)
        place.set_ylabel(name.replace("_", " "), fontsize=8)
    axes[-1].set_xlabel("minutes")
    return figure


def _load(found: dict[str, Any]) -> Any:
    figure, (left, right) = _places("AB")
    levels = [row["programs"] for row in found["levels"]]
    left.plot(levels, [100 * row["silenced_share"] for row in found["levels"]], "o-")
    left.set(xlabel="busy programs a core", ylabel="silence instead of a voice, %")
    right.plot(levels, [row["recovered_s"] for row in found["levels"]], "o-")
    right.set(xlabel="busy programs a core", ylabel="seconds until live again")
    return figure


def _throughput(found: dict[str, Any]) -> Any:
    figure, (place,) = _places("A")
    place.plot([r["jobs"] for r in found["runs"]], [r["hours_per_hour"] for r in found["runs"]], "o-")
    place.set(xlabel="processes", ylabel="hours of audio an hour", ylim=(0, None))
    return figure


def _compare(found: dict[str, Any]) -> Any:
    figure, (left, right) = _places("AB")
    names = list(found["rows"])
    left.barh(names, [row["delay_ms"]["p50"] for row in found["rows"].values()])
    left.set(xlabel="delay through the same server, p50, ms")
    right.barh(names, [row["block_ms"]["p50"] for row in found["rows"].values()])
    right.set(xlabel="ms for a 20 ms block, p50", yticklabels=[])
    return figure


def _places(layout: str) -> Any:
    figure = plt.figure(figsize=(10, 4.5 if ";" not in layout else 7), constrained_layout=True)
    return figure, tuple(figure.subplot_mosaic(layout).values())


_DRAWN = {
    "latency": _latency,
    "compute": _compute,
    "soak": _soak,
    "load": _load,
    "throughput": _throughput,
    "compare": _compare,
}
