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
    """A report in which one voice for everybody gives away more than another one each time."""
    row = dict.fromkeys(("wer", "wer_sphinx", "f0_correlation", "voicing_error", "rate_change"), NOTHING)
    found = [
        attack("original", "as it is", 1.0),
        attack("anonymized", "lazy-informed, random target", 46.0),
        attack("anonymized", "lazy-informed, same target", 27.0),
        attack("anonymized", "semi-informed LDA", 20.0),
        attack("anonymized", "semi-informed, random target LDA", 31.0),
        attack("anonymized", "melody only", 24.0),
        attack("anonymized", "melody only, random target", 22.0),
        attack(PEOPLE, "lazy-informed, random target", 41.0),
        attack(PEOPLE, "semi-informed, random target LDA", 24.0),
        attack(PEOPLE, "melody only, random target", 23.0),
    ]
    return {
        "about": {
            "recordings": 2,
            "talkers": 2,
            "split": "test",
            "kept_out": True,
            "prosody": 1.0,
            "command": "voxveil evaluate",
        },
        "rows": {name: {**row, "OVRL": {**NOTHING, "count": 2, "value": 3.0}} for name in NAMES},
        "attacks": {f"{a['system']}, {a['attacker']}": a for a in found},
    }


def test_one_voice_and_changing_voices_stand_apart() -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in figures_text(results()) if line.startswith("|")]
    cells = {row[1].removeprefix("equal error rate, ").removesuffix(" (50 = cannot tell)"): row[2:-1] for row in rows}
    assert cells["lazy-informed attacker, always one voice"] == ["1.0 %", "27.0 %", "–"]
    assert cells["strongest semi-informed attacker, always one voice"] == ["1.0 %", "20.0 %", "–"]
    assert cells["lazy-informed attacker, another voice in every call"] == ["1.0 %", "46.0 %", "41.0 %"]
    assert cells["strongest semi-informed attacker, another voice in every call"] == ["1.0 %", "31.0 %", "24.0 %"]
    assert cells["strongest of all attackers tried"] == ["1.0 %", "20.0 %", "23.0 %"]


def test_the_manifest_holds_both_cases() -> None:
    found = measured(results())
    assert found["eer lazy-informed, same target"] == 27.0
    assert found["eer lazy-informed, random target"] == 46.0
    assert found["eer semi-informed"] == 20.0
    assert found["eer semi-informed, random target"] == 31.0
    assert found["eer melody only"] == 24.0
    assert found["eer melody only, random target"] == 22.0


def test_plain_words_name_the_strongest_attacker_of_both_cases() -> None:
    said = " ".join(in_words(results()))
    assert "The strongest attacker tried (semi-informed LDA, Resemblyzer) confuses people in 20 of 100 cases" in said
    assert "(semi-informed, random target LDA, Resemblyzer) confuses people in 31 of 100 cases" in said
    assert "one who hears melody only, in 22" in said


def test_what_is_said_follows_the_attacker_and_the_talkers() -> None:
    found = results()
    assert "That is with one voice for everybody and always." in " ".join(in_words(found))
    assert "2 real people kept out of training (split “test”)" in figures_text(found)[0]
    found["attacks"]["anonymized, semi-informed, random target LDA"]["eer"] = 10.0
    found["about"] |= {"split": "", "kept_out": False}
    assert "That is with another voice in every recording." in " ".join(in_words(found))
    assert "2 people whom training may have heard," in figures_text(found)[0]
