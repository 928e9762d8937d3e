"""The voice bank: rows by name, mixes, new people, and a file that comes back as it went."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import VoiceError
from core.voices import NEW_PITCH, RANGE_NUMBERS, VoiceBank, VoiceInfo

INFOS = [VoiceInfo("iris", "F", "calm"), VoiceInfo("nora", "F"), VoiceInfo("otto", "M"), VoiceInfo("tom", "M")]
ROWS = np.random.default_rng(0).normal(size=(4, 66)).astype(np.float32)


@pytest.fixture
def bank() -> VoiceBank:
    return VoiceBank(ROWS, INFOS)


def test_rows_by_name(bank: VoiceBank) -> None:
    np.testing.assert_array_equal(bank.row("otto"), ROWS[2])
    assert bank.names == ["iris", "nora", "otto", "tom"]
    assert (bank.dim, len(bank)) == (66, 4)
    assert "tom" in bank
    assert "ann" not in bank


def test_a_row_is_a_copy(bank: VoiceBank) -> None:
    bank.row("iris")[:] = 0
    np.testing.assert_array_equal(bank.row("iris"), ROWS[0])


def test_an_unknown_name_lists_near_ones(bank: VoiceBank) -> None:
    with pytest.raises(VoiceError, match="did you mean otto"):
        bank.row("Oto")
    with pytest.raises(VoiceError, match="there are: iris, nora, otto, tom"):
        bank.row("xyz")


def test_a_mix_runs_from_one_to_the_other(bank: VoiceBank) -> None:
    np.testing.assert_allclose(bank.mix("iris", "otto", 0.0), ROWS[0], rtol=1e-6)
    np.testing.assert_allclose(bank.mix("iris", "otto", 1.0), ROWS[2], rtol=1e-6)
    np.testing.assert_allclose(bank.mix("iris", "otto", 0.25), 0.75 * ROWS[0] + 0.25 * ROWS[2], rtol=1e-5, atol=1e-6)
    assert bank.mix("iris", "otto", 0.3).dtype == np.float32


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_outside_is_refused(bank: VoiceBank, weight: float) -> None:
    with pytest.raises(VoiceError, match="weight of a mix"):
        bank.mix("iris", "otto", weight)


@given(st.integers(0, 2**31))
def test_a_new_person_lies_among_the_voices_and_is_none_of_them(seed: int) -> None:
    bank = VoiceBank(ROWS, INFOS)
    row = bank.new(seed)
    np.testing.assert_array_equal(row, bank.new(seed))
    room = np.zeros(ROWS.shape[1])
    room[-RANGE_NUMBERS] = NEW_PITCH
    assert (row <= ROWS.max(0) + room + 1e-5).all()
    assert (row >= ROWS.min(0) - room - 1e-5).all()


def test_new_people_differ_nearly_as_much_as_voices_do() -> None:
    """People who are all nearly the mean of everybody would make talkers easy to link."""
    rows = np.random.default_rng(0).standard_normal((12, 20)).astype(np.float32)
    bank = VoiceBank(rows, [VoiceInfo(f"v{i}", "F" if i < 6 else "M") for i in range(12)])
    people = np.stack([bank.new(seed) for seed in range(400)])
    voices, others = (x[:, :-RANGE_NUMBERS].var(axis=0).sum() for x in (rows, people))
    assert others > 0.5 * voices


def test_seeds_give_different_people(bank: VoiceBank) -> None:
    people = {bank.new(seed).tobytes() for seed in range(50)}
    assert len(people) == 50


def test_add_and_remove_give_new_banks(bank: VoiceBank) -> None:
    more = bank.add("ann", ROWS[0] * 2, "F", "twice iris")
    assert more.names[-1] == "ann"
    np.testing.assert_array_equal(more.row("ann"), ROWS[0] * 2)
    assert "ann" not in bank
    fewer = more.remove("iris")
    assert fewer.names == ["nora", "otto", "tom", "ann"]
    np.testing.assert_array_equal(fewer.row("nora"), ROWS[1])


def test_nobody_new_is_drawn_from_a_voice_that_was_added(bank: VoiceBank, tmp_path: Path) -> None:
    """It may be a real person's, perhaps of the talker. And the same seed has to stay the same person."""
    more = bank.add("mine", ROWS[0] * 100, "F").add("other", ROWS[1] * 100, "?")
    more.save(tmp_path / "voices.safetensors")
    for seed in range(200):
        np.testing.assert_array_equal(VoiceBank.load(tmp_path / "voices.safetensors").new(seed), bank.new(seed))
    assert {more.anybody() for _ in range(200)} == set(bank.names)
    only = more
    for name in bank.names:
        only = only.remove(name)
    assert bank.makes_people
    assert more.makes_people
    assert not only.makes_people
    with pytest.raises(VoiceError, match=r"voices that were added \(mine, other\)"):
        only.new(1)
    with pytest.raises(VoiceError, match=r"those that were added \(mine, other\)"):
        only.anybody()


def test_what_cannot_be_added(bank: VoiceBank) -> None:
    with pytest.raises(VoiceError, match="already"):
        bank.add("iris", ROWS[0])
    with pytest.raises(VoiceError, match="cannot name a voice"):
        bank.add("a/b", ROWS[0])
    with pytest.raises(VoiceError, match="66 numbers"):
        bank.add("ann", ROWS[0, :5])
    with pytest.raises(VoiceError, match="not finite"):
        bank.add("ann", np.full(66, np.nan))


def test_the_last_voice_stays() -> None:
    with pytest.raises(VoiceError, match="only voice"):
        VoiceBank(ROWS[:1], INFOS[:1]).remove("iris")


def test_names_must_differ_and_match_the_rows() -> None:
    with pytest.raises(VoiceError, match="twice"):
        VoiceBank(ROWS[:2], [VoiceInfo("a"), VoiceInfo("a")])
    with pytest.raises(VoiceError, match="2 rows but 1 names"):
        VoiceBank(ROWS[:2], [VoiceInfo("a")])


def test_a_saved_bank_comes_back(bank: VoiceBank, tmp_path: Path) -> None:
    bank.save(tmp_path / "voices.safetensors")
    again = VoiceBank.load(tmp_path / "voices.safetensors")
    assert again.infos == bank.infos
    for name in bank.names:
        np.testing.assert_array_equal(again.row(name), bank.row(name))
    assert [path.name for path in tmp_path.iterdir()] == ["voices.safetensors"]


def test_files_that_are_no_bank(tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="no such voice bank"):
        VoiceBank.load(tmp_path / "none")
    (tmp_path / "bad").write_bytes(b"not safetensors at all")
    with pytest.raises(VoiceError, match="not a readable voice bank"):
        VoiceBank.load(tmp_path / "bad")


def test_a_bank_that_cannot_be_written(bank: VoiceBank, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match="cannot write"):
        bank.save(tmp_path / "nowhere" / "voices.safetensors")
