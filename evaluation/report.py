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
from evaluation.pictures import before_and_after, linking

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
    similar = "".join(
        f"<tr><td>{html.escape(key.replace('_', ' '))}</td><td>{_cell(e)}</td></tr>"
        for key, e in results["similarity"].items()
    )
    players = "".join(_example(*example) for example in examples)
    about = results["about"]
    left_out = "".join(f"<li>{html.escape(line)}</li>" for line in about["left_out"])
    path.write_text(
        f"""<!doctype html><html lang="en"><meta charset="utf-8">
<title>Voxveil: evaluation</title><style>{STYLE}</style>
<h1>Voxveil: evaluation of “{html.escape(about["bundle"])}”</h1>
<p>{about["recordings"]} recordings of {about["talkers"]} talkers (split “{html.escape(about["split"] or "all")}”),
through the shipped graphs in streaming form. Square brackets: 95 % bootstrap interval over talkers.
<small>{html.escape(about["command"])}</small></p>
<h2>In plain words</h2><p>{in_words(results)}</p>
<h2>Quality, words and melody</h2><table><tr><th></th>{head}</tr>{body}</table>
<h2>Whose voice is it?</h2><p>Similarity of the output's voice (Resemblyzer, cosine); the last two rows say what
“the same person” and “somebody else” score on originals.</p><table>{similar}</table>
<h2>Attackers</h2>{_attacks(results["attacks"])}
<h2>Listen</h2>{players}<h2>Left out</h2><ul>{left_out or "<li>nothing</li>"}</ul></html>""",
        "utf8",
    )


def in_words(results: dict[str, Any]) -> str:
    """What the figures mean for somebody who wants to use the app."""
    row, before = results["rows"]["anonymized"], results["rows"]["original"]
    parts = [
        f"Predicted quality is {row['OVRL']['value']:.1f} of 5; "
        f"the recordings themselves get {before['OVRL']['value']:.1f}."
    ]
    if row["wer"]["count"]:
        parts.append(
            f"A speech recogniser gets {100 * row['wer']['value']:.0f} of 100 words wrong "
            f"({100 * before['wer']['value']:.0f} on the recordings themselves)."
        )
    strongest = {n: a["eer"] for n, a in results["attacks"].items() if n.startswith("anonymized")}
    if strongest:
        name = min(strongest, key=lambda n: strongest[n])
        parts.append(
            f"The strongest attacker tried ({html.escape(name.partition(', ')[2])}) confuses people in "
            f"{strongest[name]:.0f} of 100 cases, where 50 is blind guessing."
        )
    parts.append(
        "Words, accent, tempo and background are not hidden; better attackers than these exist. Do not rely on this "
        "alone where being recognised is dangerous."
    )
    return " ".join(parts)


def _attacks(attacks: dict[str, Any]) -> str:
    if not attacks:
        return "<p>Not measured (--linking 0, or fewer than two talkers with two recordings).</p>"
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{a['eer']:.1f} % <small>[{a['low']:.1f}, {a['high']:.1f}] "
        f"{a['same']} trials</small></td><td>{a['linkability']:.2f}</td>"
        f"<td>{', '.join(f'{s} {v:.0f} %' for s, v in a['by_sex'].items()) or '–'}</td>"
        f"<td>{html.escape(a['worst_talker'])}: {a['worst_eer']:.0f} %</td>"
        f"<td>{_share(a.get('sex_guessed'))}</td></tr>"
        for name, a in attacks.items()
    )
    return (
        "<table><tr><th>attacker</th><th>equal error rate (50 = cannot tell)</th><th>linkability D_sys</th>"
        f"<th>by sex</th><th>worst protected</th><th>sex guessed (50 = cannot tell)</th></tr>{rows}</table>"
        f'<img alt="detection error curves and score distributions" src="data:image/png;base64,{linking(attacks)}">'
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} %"


def _cell(e: dict[str, Any]) -> str:
    if not e["count"]:
        return "–"
    span = "too few talkers for an interval" if e["low"] != e["low"] else f"[{e['low']:.3f}, {e['high']:.3f}]"
    return f"{e['value']:.3f} <small>{span} n={e['count']}</small>"


def _example(title: str, original: np.ndarray, made: np.ndarray) -> str:
    return (
        f"<h3>{html.escape(title)}</h3><p>before {_player(original)} after {_player(made)}</p>"
        '<img alt="spectrograms and F0 before and after" '
        f'src="data:image/png;base64,{before_and_after(original, made)}">'
    )


def _player(samples: np.ndarray) -> str:
    sound = io.BytesIO()
    soundfile.write(sound, samples, SAMPLE_RATE, format="OGG", subtype="VORBIS")
    return f'<audio controls src="data:audio/ogg;base64,{base64.b64encode(sound.getvalue()).decode()}"></audio>'


def _finite(x: Any) -> Any:
    if isinstance(x, dict):
        return {k: _finite(v) for k, v in x.items()}
    if isinstance(x, list):
        return [_finite(v) for v in x]
    return None if isinstance(x, float) and not np.isfinite(x) else x
