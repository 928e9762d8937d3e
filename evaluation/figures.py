"""Measured figures where people look for them: between two markers of a page, and in the bundle's manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.bundle import Bundle
from core.errors import ConfigError
from core.manifest import store_manifest
from evaluation.card import read_report, scores
from evaluation.words import (
    CODES,
    IGNORANT,
    LEARNED,
    LEARNED_CHANGING,
    MELODY,
    MELODY_CHANGING,
    TRAINED,
    TRAINED_CHANGING,
    UNTRAINED,
    UNTRAINED_CHANGING,
    eer,
    strongest,
    whose,
)

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
KEYS = ("OVRL", "wer", "wer_sphinx", "f0_correlation", "voicing_error", "rate_change")


def write_figures(report: Path, bundle: Bundle, page: Path) -> None:
    """Put the figures of a report between the markers of a page, which stays as it is otherwise.

    Raises:
        ConfigError: no report of this bundle, no such page, or not one pair of markers in it.
    """
    results = read_report(report, bundle)
    try:
        text = page.read_text("utf8")
    except OSError as error:
        raise ConfigError(f"{page} cannot be read: {error.strerror or error}") from error
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ConfigError(f"{page} needs the lines {BEGIN} and {END} once each, where the figures should stand")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    beside = page.with_name(f".{page.name}.unfinished")
    beside.write_text("\n".join([f"{before}{BEGIN}", *figures_text(results), f"{END}{after}"]), "utf8")
    beside.replace(page)


def figures_text(results: dict[str, Any]) -> list[str]:
    """A short table and the attackers that count, as lines of Markdown."""
    about, attacks = results["about"], results["attacks"]
    names = [name for name in results["rows"] if "prosody" not in name]
    lines = [
        f"Measured on {about['recordings']} recordings of {about['talkers']} {whose(about)}, "
        f"through the shipped graphs (`{about['command']}`):",
        "",
        *scores(results, names, KEYS),
    ]
    kinds: dict[str, tuple[str, ...]] = {
        "lazy-informed attacker, always one voice": (UNTRAINED,),
        "strongest semi-informed attacker, always one voice": TRAINED,
        "lazy-informed attacker, another voice in every call": (UNTRAINED_CHANGING,),
        "strongest semi-informed attacker, another voice in every call": TRAINED_CHANGING,
        "strongest of all attackers tried": (),
    }
    for title, attackers in kinds.items():
        found = {name: strongest(attacks, name, *attackers) or strongest(attacks, name, "as it is") for name in names}
        if any(found.values()):
            cells = [eer(a) if a else "–" for a in found.values()]
            lines.append(f"| equal error rate, {title} (50 = cannot tell) | {' | '.join(cells)} |")
    return lines


def write_measured(report: Path, bundle: Bundle) -> Bundle:
    """Write the report's main figures into the field `measured` of a bundle's manifest; no other file changes.

    Raises:
        ConfigError: no report of this bundle. BundleError: the manifest cannot be written.
    """
    results = read_report(report, bundle)
    store_manifest(bundle.path, {**bundle.manifest, "measured": measured(results)})
    return Bundle.load(bundle.path)


def measured(results: dict[str, Any]) -> dict[str, Any]:
    """Plain numbers: scores of the anonymized row, equal error rates in percent, and on what."""
    row, about = results["rows"]["anonymized"], results["about"]
    found: dict[str, Any] = {
        "recordings": about["recordings"],
        "talkers": about["talkers"],
        "split": about["split"],
        "prosody": about["prosody"],
    }
    found.update({key: round(e["value"], 4) for key, e in row.items() if e["count"] and e["value"] is not None})
    one_each = (IGNORANT, UNTRAINED, UNTRAINED_CHANGING, MELODY, MELODY_CHANGING, CODES)
    kinds: dict[str, tuple[str, ...]] = {
        **{name: (name,) for name in one_each},
        LEARNED: TRAINED,
        LEARNED_CHANGING: TRAINED_CHANGING,
    }
    for name, attackers in kinds.items():
        attack = strongest(results["attacks"], "anonymized", *attackers)
        if attack is not None:
            found[f"eer {name}"] = round(attack["eer"], 2)
            if "eer_within_group" in attack:
                found[f"eer_within_group {name}"] = round(attack["eer_within_group"], 2)
    return found
