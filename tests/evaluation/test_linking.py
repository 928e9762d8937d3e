"""All attackers on the bundle that ships, on pieces of real speech: each is there and gives figures that can be."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from core.assets import sample_path
from core.audio_file import read_mono, resample
from evaluation import linking
from evaluation.finetuning import fine_tuned
from evaluation.plan import Plan
from evaluation.run import evaluate
from evaluation.tdnn import Tdnn, save

ATTACKERS = {
    "ignorant", "lazy-informed, random target", "lazy-informed, same target", "semi-informed LDA", "semi-informed PLDA",
    "semi-informed, random target LDA", "semi-informed, random target PLDA", "semi-informed, fine-tuned",
    "semi-informed, fine-tuned + LDA", "semi-informed, fine-tuned + PLDA",
    "melody only", "melody only, random target", "codes only",
}  # fmt: skip
OF_CHANGING = {
    "ignorant", "lazy-informed, random target", "semi-informed, random target LDA",
    "semi-informed, random target PLDA", "melody only, random target",
}  # fmt: skip


@pytest.mark.slow
def test_every_attacker_gives_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples, rate = read_mono(sample_path())
    heldout = tmp_path / "heldout.txt"
    heldout.write_text("".join(f"t{i:02} test\n" for i in range(3)))
    for talker in range(13):
        # A talker is the sample, played faster or slower.
        speech = resample(samples, rate * (0.8 + 0.03 * talker), rate)
        (tmp_path / "talkers" / f"t{talker:02}").mkdir(parents=True)
        for turn in range(2):
            piece = speech[int((1 + 2.5 * turn) * rate) :][: int(1.1 * rate)]
            soundfile.write(tmp_path / "talkers" / f"t{talker:02}" / f"{talker}-{turn}.wav", piece, rate)
    monkeypatch.setattr(linking, "fine_tuned", partial(fine_tuned, steps=2))
    save(Tdnn(), {"real_talkers": 0, "synthetic_talkers": 0}, tmp_path / "v.safetensors")
    monkeypatch.setattr(linking, "guessed", lambda learned, trials, _: float(trials["t00"][0][0]))
    tried = ("semi-informed", "semi-informed, random target")
    plan = Plan(
        None, tmp_path / "talkers", tmp_path / "out", heldout, limit=1, linking=6, voices=("iris", "otto"),
        verifier=tmp_path / "v.safetensors", people=2,
    )  # fmt: skip
    found = evaluate(plan, Console(quiet=True))["attacks"]
    assert {a["attacker"] for a in found.values() if a["system"] == "anonymized"} == ATTACKERS
    assert {a["attacker"] for a in found.values() if a["system"] == "somebody new"} == OF_CHANGING
    assert {a["instrument"] for a in found.values()} == {"Resemblyzer", "TDNN", "LDA"}
    for a in found.values():
        assert 0 <= a["eer"] <= 100
        assert 0 <= a["linkability"] <= 1
        assert a["eer_within_group"] == a["eer"], "all are of one kind here: neither sex nor accent is known"
        assert set(a["by_talker"]) == {"t00", "t01", "t02"}
        assert np.shape(a["matrix"]) == (3, 3)
    guessed = {(a["attacker"], a["instrument"]) for a in found.values() if "sex_guessed" in a}
    trained = [f"semi-informed{how} {backend}" for how in ("", ", random target") for backend in ("LDA", "PLDA")]
    assert guessed == {(attacker, ear) for attacker in trained for ear in ("Resemblyzer", "TDNN")}, "where it was tried"
    in_one_voice, drawn = (found[f"anonymized, {name} LDA (TDNN)"]["sex_guessed"] for name in tried)
    assert in_one_voice != drawn
    assert 'alt="similarity matrices"' in (tmp_path / "out" / "report.html").read_text()
