"""The bundle's model card, from its manifest and the report's JSON: no figure is typed by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.bundle import Bundle
from core.errors import ConfigError
from evaluation.words import TITLES, eer, eer_within, guesses, in_noise, in_words, number, span, whose


def read_report(report: Path, bundle: Bundle) -> dict[str, Any]:
    """The figures of `voxveil evaluate`.

    Raises:
        ConfigError: no such report, or it belongs to another bundle.
    """
    try:
        results: dict[str, Any] = json.loads(report.read_text("utf8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{report} is no report of voxveil evaluate; run that first") from error
    if results.get("about", {}).get("files") != bundle.manifest["files"]:
        raise ConfigError(f"{report} was measured on another bundle than {bundle.path}; run voxveil evaluate again")
    return results


def write_card(report: Path, bundle: Bundle, card: Path) -> None:
    """Write the card in Markdown, beside and renamed.

    Args:
        report: `report.json` of `voxveil evaluate`.
        bundle: the one that was measured.

    Raises:
        ConfigError: no such report, or it belongs to another bundle.
    """
    text = card_text(read_report(report, bundle), bundle)
    beside = card.with_name(f".{card.name}.unfinished")
    beside.write_text(text, "utf8")
    beside.replace(card)


def card_text(results: dict[str, Any], bundle: Bundle) -> str:
    """The card in Markdown."""
    about, manifest = results["about"], bundle.manifest
    rates = ", ".join(f"{entries} entries at {rate:g} Hz" for entries, rate in _levels(manifest))
    recognisers = " and ".join(about["recognisers"]) or "none"
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
        "## In plain words",
        "",
        *in_words(results),
        "",
        "## Measured",
        "",
        f"On {about['recordings']} recordings ({about['seconds']:g} s) of {about['talkers']} "
        f"{whose(about)}, through the shipped graphs in streaming form; "
        f"95 % bootstrap intervals over talkers in brackets. Recognisers: {recognisers}. "
        "The protocol stands in docs/evaluation.md.",
        "",
        f"    {about['command']}",
        "",
        *scores(results, list(results["rows"])),
        "",
        *_noise(results["noise"]),
        *_groups(results.get("groups", {})),
        "Similarity (Resemblyzer, cosine):",
        "",
        "| | |",
        "|---|---|",
        *(f"| {key.replace('_', ' ')} | {_cell(e, key)} |" for key, e in results["similarity"].items()),
        "",
        "## Privacy",
        "",
        *_privacy(results),
        "",
    ]
    return "\n".join(lines)


def scores(results: dict[str, Any], names: list[str], keys: tuple[str, ...] = tuple(TITLES)) -> list[str]:
    """A Markdown table of some rows and scores; what was not measured is left out."""
    rows = {name: results["rows"][name] for name in names}
    measured = [key for key in keys if any(row[key]["count"] for row in rows.values())]
    table = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    return table + [
        f"| {TITLES[key]} | {' | '.join(_cell(row[key], key) for row in rows.values())} |" for key in measured
    ]


def _noise(noise: dict[str, Any]) -> list[str]:
    if not noise:
        return []
    conditions = list(next(iter(noise.values())))
    head = [f"| in noise and in a room | {' | '.join(conditions)} |", "|---" * (len(conditions) + 1) + "|"]
    lines = [f"| {title} | {' | '.join(_cell(e, key) for e in row.values())} |" for title, key, row in in_noise(noise)]
    return [*head, *lines, ""]


def _groups(groups: dict[str, Any]) -> list[str]:
    if len(groups) < 2:
        return []
    lines = [
        f"| {name} | {row['anonymized']['OVRL']['talkers']} | {_cell(row['anonymized']['OVRL'], 'OVRL')} "
        f"| {_cell(row['original']['wer'], 'wer')} | {_cell(row['anonymized']['wer'], 'wer')} "
        f"| {_cell(row['anonymized']['f0_correlation'], 'f0_correlation')} |"
        for name, row in groups.items()
    ]
    head = f"| | talkers | {TITLES['OVRL']} | {TITLES['wer']}, original | anonymized | {TITLES['f0_correlation']} |"
    return ["By group and sex:", "", head, "|---" * 6 + "|", *lines, ""]


def _privacy(results: dict[str, Any]) -> list[str]:
    attacks = results["attacks"]
    if not attacks:
        return ["Not measured for this bundle."]
    head = [
        "| attacker | equal error rate (50 = cannot tell) | the same among one sex and group | D_sys | women, men "
        "| least protected | guessed |",
        "|---" * 7 + "|",
    ]
    lines = []
    for name, a in attacks.items():
        sexes = ", ".join(f"{sex} {value:.0f} %" for sex, value in a["by_sex"].items()) or "–"
        worst = f"{a['worst_talker']} ({a['worst_eer']:.0f} %)"
        cells = (name, eer(a), eer_within(a), f"{a['linkability']:.2f}", sexes, worst, guesses(a))
        lines.append(f"| {' | '.join(cells)} |")
    taught, second = results["about"]["lessons"], results["about"]["second_verifier"]
    notes = [
        "",
        f"Trained attackers learned from {taught['recordings']} recordings of {taught['talkers']} other talkers.",
    ]
    if second:
        notes.append(
            f"TDNN is a small verifier of our own, trained on {second.get('real_talkers')} real and "
            f"{second.get('synthetic_talkers')} synthetic talkers; it is weaker than Resemblyzer."
        )
    return [*head, *lines, *notes]


def _levels(manifest: dict[str, Any]) -> list[tuple[int, float]]:
    return list(zip(manifest["codebooks"], manifest["code_rates_hz"], strict=True))


def _cell(e: dict[str, Any], key: str) -> str:
    return f"{number(e, key)} {span(e, key)}".rstrip()
