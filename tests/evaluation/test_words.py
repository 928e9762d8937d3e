"""What is said about figures, in tables and in words."""

from __future__ import annotations

from typing import Any

from evaluation.figures import figures_text, measured
from evaluation.systems import PEOPLE
from evaluation.words import in_words

NOTHING = {"count": 0, "value": None, "low": None, "high": None}
NAMES = ("original", "anonymized", PEOPLE)


def attack(system: str, attacker: str, eer: float) -> dict[str, Any]:
    """What an attack gives, as far as a reader of the README sees it."""
    return {
        "system": system, "attacker": attacker, "instrument": "Resemblyzer", "eer": eer, "low": None, "high": None,
        "worst_talker": "eve", "worst_eer": eer / 2,
    }  # fmt: skip


def results() -> dict[str, Any]:
    """A report in which one voice for everybody gives away more than somebody new each time."""
    row = dict.fromkeys(("wer", "wer_sphinx", "f0_correlation", "voicing_error", "rate_change"), NOTHING)
    found = [
        attack("original", "as it is", 1.0),
        attack("anonymized", "lazy-informed, random target", 46.0),
        attack("anonymized", "lazy-informed, same target", 27.0),
        attack("anonymized", "semi-informed LDA", 20.0),
        attack(PEOPLE, "lazy-informed, random target", 41.0),
        attack(PEOPLE, "semi-informed, random target LDA", 26.0),
        attack(PEOPLE, "melody only", 22.0),
    ]
    return {
        "about": {"recordings": 2, "talkers": 2, "split": "test", "prosody": 1.0, "command": "voxveil evaluate"},
        "rows": {name: {**row, "OVRL": {**NOTHING, "count": 2, "value": 3.0}} for name in NAMES},
        "attacks": {f"{a['system']}, {a['attacker']}": a for a in found},
    }


def test_a_row_is_given_the_attackers_that_it_can_meet() -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in figures_text(results()) if line.startswith("|")]
    cells = {row[1]: row[2:-1] for row in rows}
    lazy = next(line for title, line in cells.items() if "lazy-informed" in title)
    assert lazy == ["1.0 %", "27.0 %", "41.0 %"], "the same target where one can ask for it"
    assert next(line for title, line in cells.items() if "semi-informed" in title) == ["1.0 %", "20.0 %", "26.0 %"]
    assert next(line for title, line in cells.items() if "all attackers" in title) == ["1.0 %", "20.0 %", "22.0 %"]


def test_the_manifest_holds_both_cases() -> None:
    found = measured(results())
    assert found["eer lazy-informed, same target"] == 27.0
    assert found["eer lazy-informed, somebody new"] == 41.0
    assert found["eer semi-informed, somebody new"] == 26.0
    assert found["eer melody only, somebody new"] == 22.0


def test_plain_words_name_the_strongest_attacker_of_both_cases() -> None:
    said = " ".join(in_words(results()))
    assert "The strongest attacker tried (semi-informed LDA, Resemblyzer) confuses people in 20 of 100 cases" in said
    assert "With somebody new in every call the strongest attacker (melody only, Resemblyzer) confuses" in said
    assert "people in 22 of 100 cases" in said
