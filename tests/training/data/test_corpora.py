"""The layouts of corpora, on made-up trees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from tests.training.data import made_up
from training.data.libri import list_libri
from training.data.parallel import list_parallel
from training.data.plain import list_plain
from training.data.prepare import label
from training.data.recording import drawn_split, read_heldout
from training.data.silence import cut_at_silence, speech_span
from training.data.vctk import TWENTY, list_vctk


def vctk(root: Path, old: bool = False) -> Path:
    """Two of the twenty and one other; each sentence 2.2 s with 0.5 s of silence around it."""
    for talker in ("p225", "p226", "p360"):
        for i in range(1, 8):
            sound = made_up.voiced(2.0, 120.0, 48_000, quiet_ends=0.5)
            where = f"wav48/{talker}/{talker}_{i:03}.wav"
            if not old:
                where = f"wav48_silence_trimmed/{talker}/{talker}_{i:03}_mic1.flac"
                made_up.write(root / where.replace("mic1", "mic2"), sound, 48_000)
            made_up.write(root / where, sound, 48_000)
            said = root / f"txt/{talker}/{talker}_{i:03}.txt"
            said.parent.mkdir(parents=True, exist_ok=True)
            said.write_text(f"Sentence {i}.\n", "utf8")
    number = "" if old else "p"
    table = "ID  AGE  GENDER  ACCENTS  REGION\n" + "".join(
        f"{number}{n}  23  {s}  English  Here\n" for n, s in ((225, "F"), (226, "M"))
    )
    (root / "speaker-info.txt").write_text(table, "utf8")
    return root


@pytest.mark.parametrize("old", [False, True])
def test_vctk_is_cut_at_silences_into_chunks_of_five_seconds(tmp_path: Path, old: bool) -> None:
    found = list_vctk(vctk(tmp_path, old))
    assert {r.talker for r in found} == {"vctk_p225", "vctk_p226"}
    assert len(found) == 4, "seven sentences of 2.2 s are two chunks and a rest that is too short"
    assert {r.sex for r in found if r.talker == "vctk_p225"} == {"F"}
    chunk = found[0]
    assert chunk.text == "Sentence 1. Sentence 2. Sentence 3."
    sound = label(chunk).src
    assert 6.3 < len(sound) / 24_000 < 6.8, "the silence around sentences is trimmed to a margin"


def test_vctk_has_twenty_talkers_and_the_others_are_for_testing(tmp_path: Path) -> None:
    assert len(set(TWENTY)) == 20
    found = list_vctk(vctk(tmp_path), everyone=True)
    assert {r.split for r in found if r.talker == "vctk_p360"} == {"test"}
    assert "test" not in {r.split for r in found if r.talker != "vctk_p360"}


def test_not_vctk(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not VCTK"):
        list_vctk(tmp_path)


def test_librispeech(tmp_path: Path) -> None:
    for subset in ("train-clean-5", "dev-clean"):
        chapter = tmp_path / subset / "1088" / "134315"
        made_up.write(chapter / "1088-134315-0000.flac", made_up.voiced(1.5, 200.0, 16_000), 16_000)
        (chapter / "1088-134315.trans.txt").write_text("1088-134315-0000 AS YOU KNOW\n", "utf8")
    (tmp_path / "SPEAKERS.TXT").write_text("; ID  |SEX| SUBSET\n1088 | F | train-clean-5 | 25 | Someone\n", "utf8")
    [alone] = list_libri(tmp_path / "dev-clean")
    assert (alone.id, alone.talker, alone.sex, alone.split) == ("libri/1088-134315-0000", "ls_1088", "F", "val")
    assert alone.text == "AS YOU KNOW"
    assert {r.split for r in list_libri(tmp_path)} >= {"val"}
    assert {r.split for r in list_libri(tmp_path, {"ls_1088": "test"})} == {"test"}, "whom the list keeps out stays out"


def test_libritts(tmp_path: Path) -> None:
    chapter = tmp_path / "test-clean" / "19" / "198"
    made_up.write(chapter / "19_198_000000_000001.wav", made_up.voiced(1.5, 200.0))
    (chapter / "19_198_000000_000001.normalized.txt").write_text("Chapter one.", "utf8")
    (tmp_path / "speakers.tsv").write_text("READER\tGENDER\tSUBSET\tNAME\n19\tM\ttest-clean\tX\n", "utf8")
    [found] = list_libri(tmp_path)
    assert (found.text, found.sex, found.split) == ("Chapter one.", "M", "test")


def test_not_libri(tmp_path: Path) -> None:
    made_up.write(tmp_path / "some" / "where.wav", made_up.voiced(1.5, 200.0))
    with pytest.raises(ConfigError, match="not laid out as LibriTTS"):
        list_libri(tmp_path)


def test_a_long_plain_recording_is_cut_where_it_is_quiet(tmp_path: Path) -> None:
    spoken = made_up.voiced(9.5, 120.0, 8_000, quiet_ends=0.25)
    made_up.write(tmp_path / "talk.wav", np.tile(spoken, 3), 8_000)
    found = list_plain(tmp_path)
    assert [r.begin for r in found[1:]] == [r.end for r in found[:-1]], "nothing is lost between the parts"
    assert found[0].begin == 0
    assert found[-1].end == pytest.approx(30.0, abs=0.01)
    assert all(abs(r.begin / 10 - round(r.begin / 10)) * 10 < 0.3 for r in found), "cut in speech"
    assert len({r.split for r in found}) == 1, "parts of one file went into different splits"


@pytest.mark.parametrize("missing", ["made_labels.npz", "phoneme_vocab.json"])
def test_parallel_speech_says_what_is_missing(tmp_path: Path, missing: str) -> None:
    listing = made_up.parallel(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ConfigError, match=missing):
        list_parallel(listing)


def test_held_out_voices_decide_the_split_of_parallel_speech(tmp_path: Path) -> None:
    found = list_parallel(made_up.parallel(tmp_path, ("ann", "zf_xiaoyi", "hf_beta")))
    assert [r.split for r in found] == ["train", "val", "test"]


def test_plain_folder_without_audio(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no audio files"):
        list_plain(tmp_path)


def test_drawn_splits_are_stable_and_about_right() -> None:
    drawn = [drawn_split(f"name {i}", val=0.1, test=0.05) for i in range(4000)]
    assert drawn[:50] == [drawn_split(f"name {i}", val=0.1, test=0.05) for i in range(50)]
    assert 0.08 < drawn.count("val") / 4000 < 0.12
    assert 0.035 < drawn.count("test") / 4000 < 0.065


def test_the_committed_list_of_held_out_talkers() -> None:
    held = read_heldout(Path(__file__).parents[3] / "configs/data/heldout_talkers.txt")
    test = [talker for talker, split in held.items() if split == "test"]
    assert "ls_1088" in test
    assert sum(t.startswith("ls_") for t in test) == 8
    assert len(test) == 24
    assert sum(split == "val" for split in held.values()) == 12


def test_speech_span_and_cuts() -> None:
    sound = made_up.voiced(2.0, 120.0, 16_000, quiet_ends=1.0)
    begin, end = speech_span(sound, 16_000)
    assert begin == pytest.approx(0.9, abs=0.03)
    assert end == pytest.approx(3.1, abs=0.03)
    assert speech_span(np.zeros(16_000, np.float32), 16_000) == (0.0, 0.0)
    assert cut_at_silence(sound, 16_000) == [(0.0, 4.0)]
