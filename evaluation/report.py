"""The report as one JSON file and one HTML page that needs nothing else."""

from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from core.spec import SAMPLE_RATE

TITLES = {
    "OVRL": "DNSMOS overall (1–5)",
    "SIG": "DNSMOS speech",
    "BAK": "DNSMOS background",
    "P808": "DNSMOS P.808",
    "f0_correlation": "log-F0 correlation",
    "energy_correlation": "energy correlation",
    "voicing_agreement": "voicing agreement",
    "wer": "word error rate, against the text",
    "wer_own": "word error rate, against its own output on the original",
}
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.3rem .8rem;border-bottom:1px solid #d5dbe3;text-align:left}
img{max-width:100%}audio{width:18rem}small{color:#5b6676}"""


def write_json(results: dict[str, Any], path: Path) -> None:
    """Write beside and rename; NaN becomes null."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(_finite(results), indent=1, ensure_ascii=False) + "\n", "utf8")
    unfinished.rename(path)


def write_html(results: dict[str, Any], examples: list[tuple[str, np.ndarray, np.ndarray]], path: Path) -> None:
    """The page.

    Args:
        results: as in the JSON.
        examples: (title, original, anonymized), 24 kHz.
    """
    rows = results["rows"]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows)
    body = "".join(
        f"<tr><td>{title}</td>" + "".join(f"<td>{_cell(rows[name][key])}</td>" for name in rows) + "</tr>"
        for key, title in TITLES.items()
    )
    similar = results["similarity"]
    attacks = "".join(
        f"<tr><td>{html.escape(name.replace('_', '-'))}</td><td>{a['eer']:.1f} % "
        f"<small>[{a['low']:.1f}, {a['high']:.1f}]</small></td><td>{a['linkability']:.2f}</td>"
        f"<td>{html.escape(a['worst_talker'])}: {a['worst_eer']:.0f} %</td></tr>"
        for name, a in results.get("attacks", {}).items()
    )
    players = "".join(_example(*example) for example in examples)
    about = results["about"]
    left_out = "".join(f"<li>{html.escape(line)}</li>" for line in about["left_out"])
    path.write_text(
        f"""<!doctype html><html lang="en"><meta charset="utf-8">
<title>Voxveil: evaluation</title><style>{STYLE}</style>
<h1>Voxveil: evaluation of “{html.escape(about["bundle"])}”</h1>
<p>{about["recordings"]} recordings of {about["talkers"]} talkers kept out of training, through the shipped graphs in
streaming form. Square brackets: 95 % bootstrap interval over talkers. {html.escape(about["command"])}</p>
<h2>Quality, words and melody</h2><table><tr><th></th>{head}</tr>{body}</table>
<h2>Whose voice is it?</h2><p>Similarity (Resemblyzer, cosine) to the talker's own voice:
{_cell(similar["to_own_talker"])}; to the voice chosen: {_cell(similar["to_target_voice"])}.</p>
<table><tr><th>attacker</th><th>equal error rate (50 = cannot tell)</th><th>linkability D_sys</th>
<th>worst protected</th></tr>{attacks}</table>
<h2>Listen</h2>{players}<h2>Left out</h2><ul>{left_out or "<li>nothing</li>"}</ul></html>""",
        "utf8",
    )


def _cell(e: dict[str, Any]) -> str:
    return f"{e['value']:.3f} <small>[{e['low']:.3f}, {e['high']:.3f}] n={e['count']}</small>"


def _example(title: str, original: np.ndarray, made: np.ndarray) -> str:
    return (
        f"<h3>{html.escape(title)}</h3><p>before {_player(original)} after {_player(made)}</p>"
        f'<img alt="spectrograms and F0 before and after" src="data:image/png;base64,{_picture(original, made)}">'
    )


def _player(samples: np.ndarray) -> str:
    sound = io.BytesIO()
    soundfile.write(sound, samples, SAMPLE_RATE, format="OGG", subtype="VORBIS")
    return f'<audio controls src="data:audio/ogg;base64,{base64.b64encode(sound.getvalue()).decode()}"></audio>'


def _picture(original: np.ndarray, made: np.ndarray) -> str:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from evaluation.prosody import STEP, contours

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
    out = io.BytesIO()
    figure.savefig(out, dpi=80)
    plt.close(figure)
    return base64.b64encode(out.getvalue()).decode()


def _finite(x: Any) -> Any:
    if isinstance(x, dict):
        return {k: _finite(v) for k, v in x.items()}
    if isinstance(x, list):
        return [_finite(v) for v in x]
    return None if isinstance(x, float) and not np.isfinite(x) else x
