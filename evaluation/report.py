"""The report as one JSON file and one HTML page that needs nothing else."""

from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from core.spec import SAMPLE_RATE
from evaluation.ablation import page
from evaluation.html_table import html_table
from evaluation.pictures import before_and_after, linking, map_of_systems, matrices
from evaluation.published import CAUTION, LEFT_OUT, POINTS
from evaluation.words import IGNORANT, TITLES, eer, eer_within, guesses, in_noise, in_words, number, points, span, whose

Sound = npt.NDArray[np.float32]

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
td,th{padding:.3rem .8rem;border-bottom:1px solid #d5dbe3;text-align:left;vertical-align:top}
td small{white-space:nowrap}img{max-width:100%}audio{width:18rem}small{color:#5b6676}h2{margin-top:2.5rem}"""


def write_json(results: dict[str, Any], path: Path) -> None:
    """Write beside and rename; NaN becomes null."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(_finite(results), indent=1, ensure_ascii=False) + "\n", "utf8")
    unfinished.rename(path)


def write_html(results: dict[str, Any], examples: list[tuple[str, Sound, Sound]], path: Path) -> None:
    """The page, written beside and renamed.

    Args:
        results: as in the JSON.
        examples: (title, original, anonymized), 24 kHz.
    """
    about = results["about"]
    left_out = "".join(f"<li>{html.escape(line)}</li>" for line in about["left_out"])
    players = "".join(_example(*example) for example in examples)
    sections = [
        _section("In plain words", "".join(f"<p>{html.escape(part)}</p>" for part in in_words(results))),
        _section("Quality, words and melody", _scores(results["rows"])),
        _section("In noise and in a room", _noise(results["noise"])) if results["noise"] else "",
        _section("By voice", _by_voice(results["voices"])),
        _section("By group of talkers", _by_group(results["groups"])) if len(results["groups"]) > 1 else "",
        _section("Attackers", _attacks(results["attacks"], results)),
        _section("Privacy against intelligibility", _map(results)) if points(results) else "",
        _section("What each loss brings", page(results["ablation"])) if results["ablation"] else "",
        _section("Whose voice is it?", _similarity(results["similarity"])),
        _section("Listen", players),
        _section("Left out", f"<ul>{left_out or '<li>nothing</li>'}</ul>"),
    ]
    unfinished = path.with_suffix(".unfinished.html")
    unfinished.write_text(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Voxveil: evaluation</title><style>{STYLE}</style></head><body>
<h1>Voxveil: evaluation of “{html.escape(about["bundle"])}”</h1>
<p>{about["recordings"]} recordings ({about["seconds"]:g} s) of {about["talkers"]} {html.escape(whose(about))},
through the shipped graphs in streaming form. Square brackets: 95 % bootstrap
interval over talkers.{" Fewer than five talkers: no intervals." if about["talkers"] < 5 else ""}</p>
<p><small>{html.escape(about["command"])} (took {about["took_minutes"]} minutes)</small></p>
{"".join(sections)}</body></html>""",
        "utf8",
    )
    unfinished.rename(path)


def _section(title: str, body: str) -> str:
    return f"<h2>{html.escape(title)}</h2>{body}\n"


def _scores(rows: dict[str, Any]) -> str:
    measured = [key for key in TITLES if any(row[key]["count"] for row in rows.values())]
    lines = [[TITLES[key], *(_cell(row[key], key) for row in rows.values())] for key in measured]
    return html_table(["", *map(html.escape, rows)], lines)


def _noise(noise: dict[str, Any]) -> str:
    conditions = list(next(iter(noise.values())))
    lines = [[html.escape(title), *(_cell(e, key) for e in row.values())] for title, key, row in in_noise(noise)]
    return html_table(["", *map(html.escape, conditions)], lines)


def _by_voice(voices: dict[str, Any]) -> str:
    keys = [k for k in ("OVRL", "wer", "f0_correlation") if any(row[k]["count"] for row in voices.values())]
    heard = {voice: row for voice, row in voices.items() if row["OVRL"]["count"]}
    lines = [[html.escape(voice), *(_cell(row[key], key) for key in keys)] for voice, row in heard.items()]
    turns = (
        "Voices take turns: each said other recordings, of few people. A line tells more of these than of the voice."
    )
    return (f"<p>{turns}</p>" if len(lines) > 1 else "") + html_table(["voice", *(TITLES[key] for key in keys)], lines)


def _by_group(groups: dict[str, Any]) -> str:
    columns = [(side, key) for key in ("OVRL", "wer", "f0_correlation") for side in ("original", "anonymized")]
    columns = [(side, key) for side, key in columns if (side, key) != ("original", "f0_correlation")]
    columns = [(side, key) for side, key in columns if any(row[side][key]["count"] for row in groups.values())]
    lines = [
        [
            html.escape(name),
            str(row["anonymized"]["OVRL"]["talkers"]),
            *(_cell(row[side][key], key) for side, key in columns),
        ]
        for name, row in groups.items()
    ]
    return html_table(["group and sex", "talkers", *(f"{TITLES[key]}, {side}" for side, key in columns)], lines)


def _similarity(similarity: dict[str, Any]) -> str:
    lines = [[html.escape(key.replace("_", " ")), _cell(e, key)] for key, e in similarity.items()]
    return (
        "<p>Similarity of the output's voice (Resemblyzer, cosine); the last two rows say what “the same person” and "
        "“somebody else” score on originals.</p>" + html_table(["", ""], lines)
    )


def _attacks(attacks: dict[str, Any], results: dict[str, Any]) -> str:
    if not attacks:
        return "<p>Not measured (--linking 0, or fewer than two talkers with two recordings).</p>"
    lines = []
    for name, a in attacks.items():
        sexes = ", ".join(f"{sex} {value:.0f} %" for sex, value in a["by_sex"].items()) or "–"
        blur = f"{a['deidentification']:.2f}" if "deidentification" in a else ""
        worst = f"{html.escape(a['worst_talker'])}: {a['worst_eer']:.0f} %"
        rate = f"{eer(a)} <small>{a['same']} trials</small>"
        lines.append(
            [html.escape(name), rate, eer_within(a), f"{a['linkability']:.2f}", blur, sexes, worst, guesses(a)]
        )
    head = [
        "attacker", "equal error rate (50 = cannot tell)", "the same among one sex and group", "linkability D_sys",
        "de-identification", "women, men",
        "least protected", "guessed (half = cannot tell)",
    ]  # fmt: skip
    ours = {n: a for n, a in attacks.items() if a["system"] in ("original", "anonymized")}
    similar = {
        n: a for n, a in ours.items() if a["instrument"] == "Resemblyzer" and a["attacker"].split(",")[0] in
        ("as it is", IGNORANT, "lazy-informed") and "random" not in a["attacker"]
    }  # fmt: skip
    taught, second = results["about"]["lessons"], results["about"]["second_verifier"]
    notes = f"<p>Trained attackers learned from {taught['recordings']} recordings of {taught['talkers']} other talkers."
    if second:
        notes += (
            f" TDNN is a small network of our own, trained on {second.get('real_talkers', '?')} real and "
            f"{second.get('synthetic_talkers', '?')} synthetic talkers: a weaker ear than Resemblyzer, but another one."
        )
    return (
        html_table(head, lines)
        + notes
        + "</p>"
        + _picture(linking(ours), "detection error curves and score distributions")
        + _picture(matrices(similar), "similarity matrices")
    )


def _map(results: dict[str, Any]) -> str:
    sources = "".join(
        f"<li>{html.escape(f'{p.name}: {p.eer:g} % ({p.attacker}), {p.wer:g} %. {p.source}')}</li>" for p in POINTS
    )
    return (
        f"<p>{html.escape(CAUTION)}</p>"
        + _picture(map_of_systems(points(results)), "privacy against intelligibility")
        + f"<p>Stated by their authors, not measured here:</p><ul>{sources}</ul>"
        + f"<p>Left out: {html.escape(LEFT_OUT)}.</p>"
    )


def _cell(e: dict[str, Any], key: str) -> str:
    return f"{number(e, key)} <small>{span(e, key)}</small>" if e["count"] else "–"


def _picture(data: str, alt: str) -> str:
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}">'


def _example(title: str, original: Sound, made: Sound) -> str:
    picture = _picture(before_and_after(original, made), "spectrograms and F0 before and after")
    return f"<h3>{html.escape(title)}</h3><p>before {_player(original)} after {_player(made)}</p>{picture}"


def _player(samples: Sound) -> str:
    sound = io.BytesIO()
    soundfile.write(sound, samples, SAMPLE_RATE, format="OGG", subtype="VORBIS")
    return f'<audio controls src="data:audio/ogg;base64,{base64.b64encode(sound.getvalue()).decode()}"></audio>'


def _finite(x: Any) -> Any:
    if isinstance(x, dict):
        return {k: _finite(v) for k, v in x.items()}
    if isinstance(x, list | tuple):
        return [_finite(v) for v in x]
    return None if isinstance(x, float) and not np.isfinite(x) else x
