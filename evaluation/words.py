"""Figures as text, the same in page, terminal, card and README."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TITLES = {
    "OVRL": "DNSMOS overall (1–5)",
    "SIG": "DNSMOS speech",
    "BAK": "DNSMOS background",
    "P808": "DNSMOS P.808",
    "PLC": "PLCMOS",
    "wer": "word error rate",
    "wer_own": "word error rate, against the recogniser's own words on the original",
    "wer_second": "word error rate, second recogniser",
    "wer_sphinx": "word error rate, PocketSphinx",
    "per": "phoneme error rate",
    "f0_correlation": "log-F0 correlation",
    "energy_correlation": "energy correlation",
    "voicing_error": "voicing error",
    "rate_change": "speaking rate, change",
    "clicks": "clicks a minute",
    "level_change": "level, change in dB",
    "pause_level": "pauses, dB below speech",
    "pause_level_original": "pauses of the original",
}
SHARES = ("wer", "wer_own", "wer_second", "wer_sphinx", "per", "voicing_error", "rate_change")
"""Shown in percent."""
IN_NOISE = ("wer", "OVRL", "f0_correlation")
"""What is measured in noise and in rooms, too; the melody beside that of the quiet original."""
IGNORANT = "ignorant"
UNTRAINED, UNTRAINED_CHANGING = "lazy-informed, same target", "lazy-informed, random target"
"""Attackers who learn from nothing, and meet one voice or another one in every recording."""
LEARNED, LEARNED_CHANGING, TUNED = "semi-informed", "semi-informed, random target", "semi-informed, fine-tuned"
"""Attackers who learn; by which of BACKENDS they compare, where it is not by cosine, comes after it."""
BACKENDS = ("LDA", "PLDA")
TRAINED = (
    *(f"{LEARNED} {backend}" for backend in BACKENDS), TUNED, *(f"{TUNED} + {backend}" for backend in BACKENDS)
)  # fmt: skip
"""Attackers who learn from speech in the one voice that they meet."""
TRAINED_CHANGING = tuple(f"{LEARNED_CHANGING} {backend}" for backend in BACKENDS)
"""Attackers who learn from, and meet, another voice in every recording."""
MELODY, MELODY_CHANGING, CODES = "melody only", "melody only, random target", "codes only"


def in_noise(noise: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The lines of a report's `noise`, score by score and system by system: what it is, its key, by condition."""
    for key in IN_NOISE:
        for name, row in noise.items():
            yield f"{TITLES[key]}, {name}", key, {condition: scores[key] for condition, scores in row.items()}


def number(e: dict[str, Any], key: str) -> str:
    """The mean; "–" where nothing was measured."""
    if not e["count"] or e["value"] is None:
        return "–"
    return f"{100 * e['value']:.1f} %" if key in SHARES else f"{e['value']:.2f}"


def span(e: dict[str, Any], key: str) -> str:
    """The 95 % interval in brackets; "" where there is none."""
    low, high = e["low"], e["high"]
    if not e["count"] or low is None or low != low:
        return ""
    return f"[{100 * low:.1f}, {100 * high:.1f}]" if key in SHARES else f"[{low:.2f}, {high:.2f}]"


def eer(a: dict[str, Any]) -> str:
    """An attack's equal error rate with its interval."""
    if a["low"] is None or a["low"] != a["low"]:
        return f"{a['eer']:.1f} %"
    return f"{a['eer']:.1f} % [{a['low']:.1f}, {a['high']:.1f}]"


def eer_within(a: dict[str, Any]) -> str:
    """The same among talkers of one sex and one group; "–" where there were no two of a kind."""
    names = ("eer", "low", "high")
    if "eer_within_group" not in a:
        return "–"
    return eer({name: a[f"{name}_within_group"] for name in names})


def guesses(a: dict[str, Any]) -> str:
    """How often sex and group were guessed from the output, where that was tried."""
    found = [f"{key.partition('_')[0]} {a[key]:.0f} %" for key in ("sex_guessed", "group_guessed") if key in a]
    return ", ".join(found)


def strongest(attacks: dict[str, Any], system: str, *attackers: str) -> dict[str, Any] | None:
    """The attack on a system with the lowest equal error rate, of those by `attackers` (none named: by anybody)."""
    found = [a for a in attacks.values() if a["system"] == system and (not attackers or a["attacker"] in attackers)]
    return min(found, key=lambda a: float(a["eer"])) if found else None


def points(results: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """(word error rate, lowest semi-informed equal error rate), percent, of each row where both were measured."""
    found = {}
    for name, row in results["rows"].items():
        attack = strongest(results["attacks"], name, *TRAINED, *TRAINED_CHANGING, "as it is")
        if attack is not None and row["wer"]["count"]:
            found[name] = (100 * row["wer"]["value"], attack["eer"])
    return found


def _in_which_voices(attacker: str) -> str:
    if attacker in (UNTRAINED, *TRAINED, MELODY):
        return "That is with one voice for everybody and always."
    if attacker in (UNTRAINED_CHANGING, *TRAINED_CHANGING, MELODY_CHANGING):
        return "That is with another voice in every recording."
    return "That is whatever the voice."


def whose(about: dict[str, Any]) -> str:
    """Whose recordings these are: of people kept out of training only where all of them were."""
    split = f" (split “{about['split']}”)" if about["split"] else ""
    return ("real people kept out of training" if about["kept_out"] else "people whom training may have heard") + split


def in_words(results: dict[str, Any]) -> list[str]:
    """What the figures mean for somebody who wants to use the app, a sentence or two each."""
    row, before = results["rows"]["anonymized"], results["rows"]["original"]
    parts = [
        f"Predicted quality is {row['OVRL']['value']:.1f} of 5; the recordings themselves get "
        f"{before['OVRL']['value']:.1f}."
    ]
    if row["wer"]["count"]:
        parts.append(
            f"A speech recogniser gets {100 * row['wer']['value']:.0f} of 100 words wrong "
            f"({100 * before['wer']['value']:.0f} on the recordings themselves)."
        )
    found = strongest(results["attacks"], "anonymized")
    if found is not None:
        original = strongest(results["attacks"], "original")
        plain = f" On the recordings themselves it is {original['eer']:.0f}." if original else ""
        parts.append(
            f"The strongest attacker tried ({found['attacker']}, {found['instrument']}) confuses people in "
            f"{found['eer']:.0f} of 100 cases, where 50 is blind guessing.{plain} The least protected talker was "
            f"{found['worst_talker']} ({found['worst_eer']:.0f}). {_in_which_voices(found['attacker'])}"
        )
    changing = strongest(results["attacks"], "anonymized", UNTRAINED_CHANGING, *TRAINED_CHANGING)
    melody = strongest(results["attacks"], "anonymized", MELODY_CHANGING)
    if changing is not None and melody is not None:
        parts.append(
            "Where every call has another voice, as calls have until "
            f"one is chosen, the strongest of those who hear voices ({changing['attacker']}, {changing['instrument']}) "
            f"confuses people in {changing['eer']:.0f} of 100 cases; one who hears melody only, in {melody['eer']:.0f}."
        )
    parts.append("Protected: the sound of the voice, against people and machines like those tried here.")
    parts.append(
        "Not protected: words, accent, tempo and pauses, melody unless it is flattened, and what is heard in the "
        "background. Better attackers than these exist. Do not rely on this alone where being recognised is dangerous."
    )
    return parts
