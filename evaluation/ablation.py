"""The table of an ablation: every run beside vanilla, with what is known about the difference."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from evaluation.html_table import html_table
from evaluation.intervals import estimate
from evaluation.words import CODES, LEARNED, TITLES, TRAINED, UNTRAINED, strongest

VANILLA = "vanilla"
SCORES = {"OVRL": 1, "P808": 1, "wer": -1, "wer_own": -1, "per": -1, "f0_correlation": 1, "energy_correlation": 1}
"""What is compared between runs, and whether more is better (1) or worse (-1)."""
ATTACKERS: dict[str, tuple[str, ...]] = {
    "lazy-informed": (UNTRAINED,),
    LEARNED: TRAINED,
    CODES: (CODES,),
}
"""What attackers are called in the table, and those of a report that are meant: one voice for everybody."""


def compared(
    records: list[dict[str, Any]], reports: Mapping[str, dict[str, Any]], talkers: Mapping[str, str]
) -> dict[str, Any]:
    """The table as plain values.

    Args:
        records: what each run says of itself: `name`, `steps`, `minutes`, `validation`.
        reports: the report.json of each run that was evaluated, all on the same recordings.
        talkers: of each recording, by its id.

    Returns:
        `rows`: by run, with `scores` (each as in the report, with its `difference` to vanilla, recording by recording,
        and a `verdict`), `attacks` (the strongest of each kind) and `validation`.
    """
    before = _utterances(reports.get(VANILLA))
    rows: dict[str, Any] = {}
    for record in records:
        name = record["name"]
        report = reports.get(name)
        row: dict[str, Any] = {key: record[key] for key in ("steps", "minutes", "validation") if key in record}
        row["scores"], row["attacks"] = {}, {}
        if report is not None:
            made = _utterances(report)
            for key, sign in SCORES.items():
                e = report["rows"]["anonymized"].get(key)
                if e is None or not e["count"]:
                    continue
                row["scores"][key] = dict(e)
                if name != VANILLA and before:
                    row["scores"][key].update(_difference(before, made, key, sign, talkers))
            for kind, attackers in ATTACKERS.items():
                found = strongest(report["attacks"], "anonymized", *attackers)
                if found is not None:
                    row["attacks"][kind] = {key: found[key] for key in ("eer", "low", "high", "attacker")}
        rows[name] = row
    return {"rows": rows}


def lines_of(table: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Head and lines of text: the evaluation's figures where there are any, else the values of validation."""
    rows = table["rows"]
    scores = [key for key in SCORES if any(key in row["scores"] for row in rows.values())]
    kinds = [kind for kind in ATTACKERS if any(kind in row["attacks"] for row in rows.values())]
    values = [] if scores else sorted({k for row in rows.values() for k in row.get("validation", {})})
    head = ["run", "steps", *(TITLES[k] for k in scores), *(f"equal error rate, {kind}" for kind in kinds), *values]
    lines = []
    for name, row in rows.items():
        cells = [name, str(row.get("steps", "–"))]
        cells += [_score(row["scores"].get(key), key) for key in scores]
        cells += [_attack(row["attacks"].get(kind)) for kind in kinds]
        cells += [f"{row['validation'][k]:.4g}" if k in row.get("validation", {}) else "–" for k in values]
        lines.append(cells)
    return head, lines


def write_table(table: dict[str, Any], out: Path, title: str) -> None:
    """`ablation.json`, `ablation.md`, and `ablation.html`: a table with no page around it, for a report to include."""
    head, lines = lines_of(table)
    note = _note(table)
    left_out = _left_out(table)
    rule = "|" + "---|" * len(head)
    text = [f"# {title}", "", note, "", f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(x)} |" for x in lines)]
    if left_out:
        text += ["", "Left out:", "", *(f"- {line}" for line in left_out)]
    for name, content in (
        ("ablation.json", json.dumps(table, indent=1, ensure_ascii=False) + "\n"),
        ("ablation.md", "\n".join(text) + "\n"),
        ("ablation.html", page(table) + "\n"),
    ):
        unfinished = out / f".{name}.unfinished"
        unfinished.write_text(content, "utf8")
        unfinished.replace(out / name)


def page(table: dict[str, Any]) -> str:
    """Note, table and what was left out, as a part of a page."""
    head, lines = lines_of(table)
    table_of_runs = html_table([html.escape(x) for x in head], [[html.escape(x) for x in line] for line in lines])
    items = "".join(f"<li>{html.escape(line)}</li>" for line in _left_out(table))
    text = f"<p>{html.escape(_note(table))}</p>{table_of_runs}"
    return text + (f"<p>Left out:</p><ul>{items}</ul>" if items else "")


def read_table(folder: Path) -> dict[str, Any]:
    """What `write_table` left in a folder.

    Raises:
        ConfigError: nothing, or something else.
    """
    try:
        table = json.loads((folder / "ablation.json").read_text("utf8"))
        lines_of(table)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{folder} holds no ablation.json; `voxveil ablate --table --out {folder}` writes it"
        ) from error
    return dict(table)


NOTE = (
    "Square brackets: difference to vanilla on the same recordings, 95 % bootstrap interval over talkers. “better” and "
    "“worse” stand where that interval leaves out zero, “no difference seen” elsewhere. Many runs and figures are "
    "compared: by chance alone, one comparison in forty looks better, and one in forty worse."
)
VALIDATION_ONLY = (
    "Not evaluated on recordings: these are the last values of the losses on the validation split. A loss is no judge "
    "of itself; give --talkers for figures that no run was trained on."
)


def _note(table: dict[str, Any]) -> str:
    return NOTE if any(row["scores"] for row in table["rows"].values()) else VALIDATION_ONLY


def _left_out(table: dict[str, Any]) -> list[str]:
    return [f"{name}: {why}" for name, why in table.get("left_out", {}).items()]


def _utterances(report: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    return {u["id"]: u for u in report["utterances"]} if report else {}


def _difference(
    before: dict[str, dict[str, Any]],
    made: dict[str, dict[str, Any]],
    key: str,
    sign: int,
    talkers: Mapping[str, str],
) -> dict[str, Any]:
    pairs = [(i, made[i].get(key), before[i].get(key)) for i in made if i in before]
    known = [(i, a - b) for i, a, b in pairs if a is not None and b is not None]
    # Of words and phonemes as in the rate beside it: by how many there are in a recording.
    counts = [made[i].get("weights", {}).get(key, 1) for i, _ in known]
    e = estimate([d for _, d in known], [talkers.get(i, i) for i, _ in known], counts)
    if not e.count or e.low != e.low:
        few = {"value": e.value if e.count else None, "low": None, "high": None, "count": e.count, "talkers": e.talkers}
        return {"difference": few, "verdict": "too few talkers to tell"}
    better, worse = (e.low > 0, e.high < 0) if sign > 0 else (e.high < 0, e.low > 0)
    return {"difference": asdict(e), "verdict": "better" if better else "worse" if worse else "no difference seen"}


def _score(e: dict[str, Any] | None, key: str) -> str:
    if e is None:
        return "–"
    share = key in ("wer", "wer_own", "per")
    factor, unit = (100, " %") if share else (1, "")
    text = f"{factor * e['value']:.{1 if share else 2}f}{unit}"
    if "difference" not in e:
        return text
    d = e["difference"]
    if d["low"] is None:
        return f"{text} ({e['verdict']})"
    return f"{text} [{factor * d['low']:+.2f}, {factor * d['high']:+.2f}] {e['verdict']}"


def _attack(a: dict[str, Any] | None) -> str:
    if a is None:
        return "–"
    if a["low"] is None:
        return f"{a['eer']:.1f} %"
    return f"{a['eer']:.1f} % (itself between {a['low']:.1f} and {a['high']:.1f})"
