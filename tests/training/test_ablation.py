"""`voxveil ablate`: what is trained, that it goes on after a stop, and what the table says."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import soundfile
import torch
import yaml

from core.assets import sample_path
from core.audio_file import read_mono
from core.errors import ConfigError
from evaluation.ablation import compared, lines_of, read_table, write_table
from model.live import LiveConfig, LiveModel
from tests.bundles import copy_default
from tests.training.small_corpus import small_corpus
from training import ablation
from training.ablation import CONFIGS, Plan, missing, planned
from training.ablation_start import common_start
from training.losses.mel_mse import MelMse
from training.vqvae_task import VqvaeTask
from voxveil.cli import main
from voxveil.commands import ablate

TINY = {
    "reference": {"channels": 16, "dilations": [1]},
    "live": {"voices": 3, "entries": [8, 4, 2], "encoder_width": 12, "decoder_channels": 16},
}


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    return small_corpus(tmp_path / "prepared")


def tiny(tmp_path: Path, base: str, **model: Any) -> Path:
    data = {"kinds": ["parallel", "real"], "seconds": 1.2, "batch_size": 2, "steps_per_epoch": 2, "workers": 0}
    path = tmp_path / f"tiny_{base}.yaml"
    path.write_text(yaml.safe_dump({"data": data, "model": {"model": TINY[base], **model}}), "utf8")
    return path


def part(folder: Path, name: str, loss: str, **arguments: Any) -> Path:
    folder.mkdir(exist_ok=True)
    added = [{"class_path": f"training.losses.{loss}", "init_args": arguments}]
    (folder / f"{name}.yaml").write_text(yaml.safe_dump({"model": {"losses+": added}}), "utf8")
    return folder / f"{name}.yaml"


def test_a_tiny_ablation_of_the_reference(prepared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Vanilla, one part and a part whose vocoder is missing; trained once, then the table again from what is there."""
    part(tmp_path / "parts", "slope", "mel.MelSlope", weight=0.5)
    part(tmp_path / "parts", "sound", "stft.Stft", weight=0.5)
    words = ["--on", "reference", "--prepared", str(prepared), "--parts", str(tmp_path / "parts")]
    words += ["--with", str(tiny(tmp_path, "reference")), "--steps", "4", "--out", str(tmp_path / "out")]
    assert main(["ablate", *words]) == 0
    table = json.loads((tmp_path / "out" / "ablation.json").read_text("utf8"))
    assert list(table["rows"]) == ["vanilla", "slope"], "one part that adds a loss makes no `all`"
    assert [row["steps"] for row in table["rows"].values()] == [4, 4]
    assert "MelSlope" not in table["rows"]["vanilla"]["validation"]
    assert set(table["rows"]["slope"]["validation"]) > {"MelMse", "MelSlope", "Commitment", "total"}
    assert "give --vocoder" in table["left_out"]["sound"]
    assert "Stft compares sound" in (tmp_path / "out" / "ablation.md").read_text("utf8")

    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.ckpt")}
    capsys.readouterr()
    assert main(["ablate", *words]) == 0
    assert capsys.readouterr().err.count("trained already") == 2
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.ckpt")}
    assert main(["ablate", "--table", "--out", str(tmp_path / "out")]) == 0
    assert main(["ablate", *words, "--steps", "6"]) == 2
    assert "trained by another configuration" in capsys.readouterr().err


def test_a_stopped_run_goes_on(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stopped after the first of two epochs, on the live model: the second call goes on from its checkpoint."""
    from training import cli

    words = ["--prepared", str(prepared), "--parts", str(CONFIGS / "ablation" / "losses"), "--only", "vanilla"]
    words += ["--with", str(tiny(tmp_path, "live", warmup_steps=2, phones=3)), "--steps", "4", "--out"]
    whole = cli.main

    def stopped(argv: list[str]) -> int:
        return whole([*argv, "--trainer.max_epochs", "1"])

    monkeypatch.setattr(cli, "main", stopped)
    assert main(["ablate", *words, str(tmp_path / "out")]) == 130
    assert not (tmp_path / "out" / "vanilla" / "run.json").exists()
    monkeypatch.setattr(cli, "main", whole)
    assert main(["ablate", *words, str(tmp_path / "out")]) == 0
    record = json.loads((tmp_path / "out" / "vanilla" / "run.json").read_text("utf8"))
    assert record["steps"] == 4
    monkeypatch.setattr(cli, "main", stopped)
    assert main(["ablate", *words, str(tmp_path / "other")]) == 130
    monkeypatch.setattr(cli, "main", whole)
    changed = part(tmp_path / "more", "changed", "mel.MelSlope", weight=0.5)
    capsys.readouterr()
    assert main(["ablate", *words, str(tmp_path / "other"), "--with", str(changed)]) == 2
    assert "begun by another configuration" in capsys.readouterr().err, "half of one, half of the other"
    assert record["validation"]["perplexity0"] >= 1
    assert {"MelMse", "Commitment", "Pitch"} <= set(record["validation"])
    assert not {"Mel", "Phoneme"} & set(record["validation"])


def test_what_all_runs_begin_with(tmp_path: Path) -> None:
    """Vocoder and pitch head of a whole model are taken, and what hears of an ear; nothing that a loss here teaches."""
    config = LiveConfig(voices=3, encoder_width=12, decoder_channels=16, vocoder_channels=16)
    torch.manual_seed(7)
    trained = LiveModel(config)
    whole = {f"model.{name}": value for name, value in trained.state_dict().items()}
    torch.save({"state_dict": whole, "voice_names": ["a", "b", "c"]}, tmp_path / "whole.ckpt")
    alone = common_start(tmp_path / "whole.ckpt", None, tmp_path)
    task = VqvaeTask([MelMse()], phones=3, start_from=str(alone), model=config)
    assert torch.equal(task.model.vocoder.inlet.weight, trained.vocoder.inlet.weight)
    assert not torch.equal(task.model.decoder.inlet.weight, trained.decoder.inlet.weight)
    assert not torch.equal(task.model.encoder.content.outlet.weight, trained.encoder.content.outlet.weight)
    assert torch.equal(task.model.encoder.pitch.outlet.weight, trained.encoder.pitch.outlet.weight)
    assert not torch.equal(task.model.encoder.content.stem.first.weight, trained.encoder.content.stem.first.weight)
    hearing = common_start(alone, tmp_path / "whole.ckpt", tmp_path)
    assert hearing != alone
    task = VqvaeTask([MelMse()], phones=3, start_from=str(hearing), model=config)
    content, theirs = task.model.encoder.content.state_dict(), trained.encoder.content.state_dict()
    assert {k for k in content if not torch.equal(content[k], theirs[k])} == {"outlet.weight", "outlet.bias"}
    assert not torch.equal(task.model.books[0].vectors, trained.books[0].vectors)
    assert not task.quantizing
    whole["model.encoder.content.place"] = whole["model.encoder.content.place"] + 1.0
    torch.save({"state_dict": whole, "voice_names": ["a", "b", "c"]}, tmp_path / "other.ckpt")
    assert common_start(alone, tmp_path / "other.ckpt", tmp_path) != hearing, "another ear is another start"
    assert common_start(alone, tmp_path / "whole.ckpt", tmp_path) == hearing
    torch.save({"state_dict": {"model.decoder.x": torch.zeros(1)}}, tmp_path / "none.ckpt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="holds no vocoder"):
        common_start(tmp_path / "none.ckpt", None, tmp_path / "empty")
    with pytest.raises(ConfigError, match="holds no content network"):
        common_start(tmp_path / "whole.ckpt", tmp_path / "none.ckpt", tmp_path / "empty")


def test_every_configuration_states_only_its_difference() -> None:
    """A committed part adds one loss or changes one key, and the runs are vanilla, each alone, and all."""
    losses = sorted((CONFIGS / "ablation" / "losses").glob("*.yaml"))
    assert len(losses) >= 10
    for path in losses:
        said = yaml.safe_load(path.read_text("utf8"))
        assert (list(said), list(said["model"]), len(said["model"]["losses+"])) == (["model"], ["losses+"], 1), path
    entries = sorted((CONFIGS / "ablation" / "entries").glob("*.yaml"))
    sizes = [tuple(yaml.safe_load(path.read_text("utf8"))["model"]["model"]["entries"]) for path in entries]
    assert {(64, 32, 16), (512, 128, 32)} <= set(sizes)
    plan = Plan("live", tuple(losses), Path("nowhere"), Path("nowhere"), steps=10)
    names = [run.name for run in planned(plan, {"wavlm": "not here"})]
    assert (names[0], names[-1]) == ("vanilla", "all")
    assert "wavlm" not in names
    all_of_them = planned(plan, {"wavlm": "not here"})[-1]
    assert len(all_of_them.configs) == len(planned(plan)[0].configs) + len(losses) - 1
    compare = Plan("shipped", tuple(entries), Path("nowhere"), Path("nowhere"), steps=10)
    assert "all" not in [run.name for run in planned(compare)], "sizes do not add up"


def test_a_part_whose_network_is_missing_is_named(tmp_path: Path) -> None:
    plan = Plan(
        "live", (CONFIGS / "ablation/losses/wavlm.yaml",), tmp_path, tmp_path, 10, paths={"wavlm": tmp_path / "no.pt"}
    )
    assert "no.pt" in missing(plan)["wavlm"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--prepared DIR"),
        (["--prepared", "{here}"], "not a prepared corpus"),
        (["--prepared", "{here}", "--parts", "{here}"], "holds no configurations"),
        (["--prepared", "{here}", "--only", "nobody"], "no run is called 'nobody'"),
        (["--prepared", "{here}", "--steps", "0"], "--steps"),
        (["--prepared", "{here}", "--path", "what=x"], "--path what=x"),
        (["--table", "--out", "{here}"], "no finished runs"),
        (["--prepared", "{here}", "--on", "reference", "--talkers", "x"], "only the live model"),
        (["--prepared", "{here}", "--talkers", "x"], "--vocoder"),
        (["--prepared", "{here}", "--ear", "x"], "--vocoder"),
        (["--prepared", "{here}", "--on", "reference", "--partner", "x"], "live model"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [word.format(here=tmp_path) for word in words]
    assert main(["ablate", "--out", str(tmp_path / "out"), *filled]) == 2
    text = capsys.readouterr().err.strip()
    assert said in text
    assert "Traceback" not in text


def test_a_configuration_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("just words", "utf8")
    with pytest.raises(ConfigError, match="holds no configuration"):
        planned(Plan("live", (tmp_path / "odd.yaml",), tmp_path, tmp_path, 10))
    assert set(ablation.BASES) == {"live", "shipped", "reference"}


def report(quality: float, words: float, eer: float) -> dict[str, Any]:
    """A report of eight talkers with two recordings each, whose scores differ by talker more than by run."""
    utterances = [
        {"id": f"t{t}-{i}", "OVRL": 2.0 + 0.2 * t + quality, "wer": 0.1 + words * (1 if t % 2 else -1)}
        for t in range(8)
        for i in range(2)
    ]
    rows = {
        key: {"value": sum(u[key] for u in utterances) / 16, "low": 0.0, "high": 5.0, "count": 16, "talkers": 8}
        for key in ("OVRL", "wer")
    }
    attack = {"system": "anonymized", "attacker": "semi-informed LDA", "eer": eer, "low": eer - 5, "high": eer + 5}
    return {"rows": {"anonymized": rows}, "utterances": utterances, "attacks": {"a": attack}}


def test_the_table_says_what_helped_and_what_did_not(tmp_path: Path) -> None:
    records = [{"name": name, "steps": 10, "validation": {}} for name in ("vanilla", "good", "idle", "bad", "failed")]
    reports = {"vanilla": report(0, 0, 30), "good": report(0.1, 0, 31), "idle": report(0, 0.02, 29)}
    reports["bad"] = report(-0.1, 0, 20)
    talkers = {f"t{t}-{i}": f"t{t}" for t in range(8) for i in range(2)}
    table = compared(records, reports, talkers)
    rows = table["rows"]
    assert rows["good"]["scores"]["OVRL"]["verdict"] == "better"
    assert rows["bad"]["scores"]["OVRL"]["verdict"] == "worse"
    assert rows["idle"]["scores"]["wer"]["verdict"] == "no difference seen"
    assert rows["bad"]["attacks"]["semi-informed"]["eer"] == 20
    assert "difference" not in rows["vanilla"]["scores"]["OVRL"]
    head, lines = lines_of(table)
    assert len({len(head), *map(len, lines)}) == 1
    assert [line[0] for line in lines] == ["vanilla", "good", "idle", "bad", "failed"]
    table["left_out"] = {"wavlm": "no <file>"}
    write_table(table, tmp_path, "Ablation")
    assert read_table(tmp_path) == json.loads(json.dumps(table))
    page = (tmp_path / "ablation.html").read_text("utf8")
    assert page.count("<tr>") == 6
    assert "no &lt;file&gt;" in page
    assert "NaN" not in (tmp_path / "ablation.json").read_text("utf8")
    few = compared(records, {k: reports[k] for k in ("vanilla", "good")}, dict.fromkeys(talkers, "one"))
    assert few["rows"]["good"]["scores"]["OVRL"]["verdict"] == "too few talkers to tell"


@pytest.mark.slow
def test_runs_are_measured_alike(tmp_path: Path) -> None:
    """Two runs of the same bundle, through the evaluation: no difference is claimed."""
    samples, rate = read_mono(sample_path())
    for i, talker in enumerate(("ann", "bob")):
        (tmp_path / "talkers" / talker).mkdir(parents=True)
        soundfile.write(tmp_path / "talkers" / talker / f"{i}.wav", samples[i * 2 * rate : (i + 1) * 2 * rate], rate)
    out = tmp_path / "out"
    for name in ("vanilla", "slope"):
        copy_default(out / name / "bundle")
        record = {"name": name, "steps": 4, "checkpoint": "none", "validation": {}}
        (out / name / "run.json").write_text(json.dumps(record), "utf8")
    words = argparse.Namespace(
        out=out,
        talkers=tmp_path / "talkers",
        split="",
        limit=2,
        linking=0,
        lessons=0,
        attacked="",
        jobs=1,
        whisper=None,
    )
    for name in ("vanilla", "slope"):
        ablate.measure(words, json.loads((out / name / "run.json").read_text("utf8")))
    assert main(["ablate", "--table", "--out", str(out)]) == 0
    rows = json.loads((out / "ablation.json").read_text("utf8"))["rows"]
    quality = rows["slope"]["scores"]["OVRL"]
    assert 1 <= quality["value"] <= 5
    assert quality["difference"]["value"] == pytest.approx(0)
    assert quality["verdict"] == "too few talkers to tell"
    assert (out / "slope" / "report.html").is_file()


def test_the_interval_is_of_the_rate_beside_it() -> None:
    """A rate of words counts long recordings more, so its difference does, too."""
    before, made = report(0, 0, 30), report(0, 0, 30)
    for i, (u, v) in enumerate(zip(before["utterances"], made["utterances"], strict=True)):
        long = i % 2 == 0
        u["wer"], v["wer"] = 0.2, 0.1 if long else 0.4
        u["weights"] = v["weights"] = {"wer": 30 if long else 3}
    records = [{"name": name, "steps": 10, "validation": {}} for name in ("vanilla", "other")]
    talkers = {f"t{t}-{i}": f"t{t}" for t in range(8) for i in range(2)}
    row = compared(records, {"vanilla": before, "other": made}, talkers)["rows"]["other"]["scores"]["wer"]
    assert row["difference"]["value"] == pytest.approx((30 * -0.1 + 3 * 0.2) / 33)
    assert row["verdict"] == "better"
