"""`voxveil evaluate` from recordings to report, with the bundle, the verifier and the predictor that ship."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from core.assets import sample_path
from core.audio_file import read_mono
from core.bundle import Bundle
from evaluation.ablation import write_table
from evaluation.figures import BEGIN, END
from tests.bundles import copy_default
from voxveil.cli import main


@pytest.fixture
def talkers(tmp_path: Path) -> Path:
    """Two folders with a piece of the sample each, and one file that is no sound."""
    samples, rate = read_mono(sample_path())
    for i, name in enumerate(("ann", "bob")):
        (tmp_path / "talkers" / name).mkdir(parents=True)
        soundfile.write(tmp_path / "talkers" / name / f"{name}.wav", samples[i * 2 * rate : (i + 1) * 2 * rate], rate)
    (tmp_path / "talkers" / "ann" / "broken.wav").write_bytes(b"no sound")
    return tmp_path / "talkers"


@pytest.mark.timeout(400)
def test_report_and_json_hold_what_was_measured(talkers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    row = {"steps": 9, "minutes": 1, "validation": {"MelMse": 0.25}, "scores": {}, "attacks": {}}
    write_table({"rows": {"vanilla": row}, "left_out": {}}, tmp_path, "Ablation")
    words = ["evaluate", "--talkers", str(talkers), "--split", "", "--quick", "--jobs", "1", "--out", str(out)]
    assert main([*words, "--ablation", str(tmp_path), "--people", "2"]) == 0
    report = json.loads((out / "report.json").read_text())
    assert report["about"]["recordings"] == 2
    assert any("broken.wav" in line for line in report["about"]["left_out"])
    assert list(report["rows"]) == ["original", "anonymized", "somebody new"]
    assert report["rows"]["original"]["f0_correlation"]["value"] == pytest.approx(1.0)
    for row in report["rows"].values():
        assert 1.0 <= row["OVRL"]["value"] <= 5.0
        assert row["OVRL"]["low"] is None
    page = (out / "report.html").read_text()
    assert page.count("<audio") == 4
    assert "<td>vanilla</td><td>9</td><td>0.25</td>" in page
    assert "http" not in page
    card = tmp_path / "CARD.md"
    assert main(["evaluate", "--model-card", str(card), "--out", str(out)]) == 0
    mos = report["rows"]["anonymized"]["OVRL"]["value"]
    assert f"| {mos:.2f} |" in card.read_text()
    readme = tmp_path / "README.md"
    readme.write_text("before\n")
    assert main(["evaluate", "--figures", str(readme), "--out", str(out)]) == 2
    assert readme.read_text() == "before\n"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert main(["evaluate", "--figures", str(readme), "--out", str(out)]) == 0
    text = readme.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert f"{mos:.2f}" in text
    assert "old" not in text
    own = copy_default(tmp_path / "bundle", own=())
    assert main(["evaluate", "--measured", "--bundle", str(own), "--out", str(out)]) == 0
    assert Bundle.load(own).manifest["measured"]["OVRL"] == pytest.approx(mos, abs=1e-3)
    report["about"]["files"]["encoder.onnx"] = "of another bundle"
    (out / "report.json").write_text(json.dumps(report))
    card.unlink()
    assert main(["evaluate", "--model-card", str(card), "--out", str(out)]) == 2
    assert not card.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--talkers FOLDER"),
        (["--talkers", "none"], "no such folder"),
        (["--talkers", "{talkers}", "--split", "", "--whisper", "none"], "holds no Whisper model"),
        (["--talkers", "{talkers}", "--split", "", "--voices", "nobody"], "nobody"),
        (["--talkers", "{talkers}", "--prosody", "3"], "between 0 and 1"),
        (["--talkers", "{talkers}", "--only-talkers", "none"], "no such list"),
        (["--talkers", "{talkers}", "--also", "nameless"], "NAME=FOLDER"),
        (["--talkers", "{talkers}", "--split", "", "--ablation", "none"], "holds no ablation.json"),
        (["--talkers", "{talkers}", "--also-prosody", "much"], "wants numbers"),
        (["--talkers", "{talkers}", "--split", "", "--verifier", "none"], "no such verifier"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    words: list[str], said: str, talkers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    filled = [word.format(talkers=talkers) for word in words]
    assert main(["evaluate", *filled, "--out", str(out)]) == 2
    text = capsys.readouterr().err.strip()
    assert said in text
    assert "Traceback" not in text
    assert not (out / "report.json").exists()
