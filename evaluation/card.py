"""The bundle's model card, from its manifest and the report's JSON: no figure is typed by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.bundle import Bundle
from core.errors import ConfigError
from evaluation.report import TITLES


def write_card(report: Path, bundle: Bundle, card: Path) -> None:
    """Write the card in Markdown, beside and renamed.

    Args:
        report: `report.json` of `voxveil evaluate`.
        bundle: the one that was measured.

    Raises:
        ConfigError: no such report, or it belongs to another bundle.
    """
    try:
        results = json.loads(report.read_text("utf8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{report} is no report of voxveil evaluate; run that first") from error
    if results.get("about", {}).get("files") != bundle.manifest["files"]:
        raise ConfigError(f"{report} was measured on another bundle than {bundle.path}; run voxveil evaluate again")
    beside = card.with_name(f".{card.name}.unfinished")
    beside.write_text(card_text(results, bundle), "utf8")
    beside.replace(card)


def card_text(results: dict[str, Any], bundle: Bundle) -> str:
    """The card in Markdown."""
    about, manifest = results["about"], bundle.manifest
    names = list(results["rows"])
    table = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    table += [
        f"| {title} | {' | '.join(_cell(results['rows'][name][key]) for name in names)} |"
        for key, title in TITLES.items()
    ]
    similar = [f"| {key.replace('_', ' ')} | {_cell(e)} |" for key, e in results["similarity"].items()]
    attacks = [
        f"| {name} | {a['eer']:.1f} % {_span(a, 1)} | {a['linkability']:.2f} "
        f"| {', '.join(f'{s} {v:.0f} %' for s, v in a.get('by_sex', {}).items()) or '–'} "
        f"| {a['worst_talker']} ({a['worst_eer']:.0f} %) |"
        for name, a in results["attacks"].items()
    ]
    rates = ", ".join(f"{entries} entries at {rate:g} Hz" for entries, rate in _levels(manifest))
    head = ["| attacker | equal error rate (50 = cannot tell) | D_sys | by sex | worst protected |", "|---" * 5 + "|"]
    privacy = [*head, *attacks] if attacks else ["Not measured for this bundle."]
    lines = [
        f"# Model card: {bundle.name}",
        "",
        "Written by `voxveil evaluate --model-card`; change the report, not this page.",
        "",
        f"- What: a streaming voice anonymizer. Codes ({rates}), pitch, voicing and energy; a voice that nobody has.",
        f"- Algorithmic latency: {bundle.latency_ms:g} ms. Made: {manifest['created']}. Voices: {len(bundle.voices)}.",
        f"- Licence and data: {manifest['licence']}",
        "- Meant for: calls and recordings in English in which the words may be known, but not the voice.",
        "- Not meant for: passing as somebody; cases in which being recognised is dangerous (docs/privacy.md).",
        "",
        "## Measured",
        "",
        f"On {about['recordings']} recordings ({about['seconds']:g} s) of {about['talkers']} real talkers kept out of "
        f"training (split “{about['split'] or 'all'}”), through the shipped graphs in streaming form; "
        "95 % bootstrap intervals over talkers in brackets. The protocol stands in docs/evaluation.md.",
        "",
        f"    {about['command']}",
        "",
        *table,
        "",
        "Similarity (Resemblyzer, cosine):",
        "",
        "| | |",
        "|---|---|",
        *similar,
        "",
        "## Privacy",
        "",
        *privacy,
        "",
    ]
    return "\n".join(lines)


def _levels(manifest: dict[str, Any]) -> list[tuple[int, float]]:
    return list(zip(manifest["codebooks"], manifest["code_rates_hz"], strict=True))


def _cell(e: dict[str, Any]) -> str:
    return "–" if e["value"] is None or not e["count"] else f"{e['value']:.2f} {_span(e, 2)}".rstrip()


def _span(e: dict[str, Any], digits: int) -> str:
    return "" if e["low"] is None else f"[{e['low']:.{digits}f}, {e['high']:.{digits}f}]"
