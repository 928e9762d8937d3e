"""Who is enrolled, who is on trial, and who teaches the attacker: never the same sentence, never the same person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from evaluation.plan import Plan, chosen, lessons
from evaluation.sides import LESSON_S, Sides, jobs, usual
from evaluation.systems import System


def folder_of(root: Path, talkers: int, each: int) -> Path:
    """Empty recordings in a folder a talker."""
    for talker in range(talkers):
        (root / f"t{talker:02}").mkdir(parents=True)
        for number in range(each):
            soundfile.write(root / f"t{talker:02}" / f"{talker}-{number}.wav", np.zeros(160), 16000)
    return root


def test_nobody_teaches_about_himself(tmp_path: Path) -> None:
    talkers = folder_of(tmp_path / "talkers", 16, 4)
    heldout = tmp_path / "heldout.txt"
    heldout.write_text("t00 test\nt01 test\nt02 val\n")
    plan = Plan(None, talkers, tmp_path / "out", heldout=heldout, lessons=26)
    tried, learn = chosen(plan), lessons(plan, chosen(plan))
    assert {r.talker for r in tried} == {"t00", "t01"}
    assert not {r.talker for r in learn} & {"t00", "t01", "t02"}
    assert len(learn) == 26
    counts = [sum(r.talker == t for r in learn) for t in {r.talker for r in learn}]
    assert min(counts) >= 2
    sides = Sides(tried, learn)
    assert not {r.id for r in sides.enrol} & {r.id for r in sides.trial}
    assert len(sides.enrol) == len(sides.trial) == 4
    assert sides.enough


def test_too_few_teachers_are_none(tmp_path: Path) -> None:
    talkers = folder_of(tmp_path / "talkers", 6, 2)
    (tmp_path / "heldout.txt").write_text("t00 test\n")
    plan = Plan(None, talkers, tmp_path / "out", heldout=tmp_path / "heldout.txt")
    sides = Sides(chosen(plan), lessons(plan, chosen(plan)))
    assert not sides.lessons
    assert not sides.enough


def test_targets_are_drawn_by_utterance_or_the_same_for_all(tmp_path: Path) -> None:
    talkers = folder_of(tmp_path / "talkers", 10, 4)
    plan = Plan(None, talkers, tmp_path / "out", split="")
    system = System("x", lambda x, _: x, ("a", "b", "c"), "x")
    same, drawn, again = (jobs(system, chosen(plan), seed, LESSON_S) for seed in (None, 0, 0))
    assert {job.target for job in same} == {"a"}
    assert {job.target for job in drawn} == {"a", "b", "c"}
    assert drawn == again
    assert drawn != jobs(system, chosen(plan), 1, LESSON_S)
    sides = Sides(chosen(plan), [])
    assert {job.target for part in usual(system, sides) for job in part} == {"a"}
    changing = usual(replace(system, changing=True), sides)
    assert {job.target for job in changing.enrol} == {job.target for job in changing.trial} == {"a", "b", "c"}
