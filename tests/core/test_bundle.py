"""A bundle loads when all is well, and says in one line what is wrong when not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.assets import SHIPPED
from core.bundle import Bundle, replace_voices, write_manifest
from core.errors import BundleError
from core.manifest import FORMAT, MANIFEST_FILE
from core.spec import SAMPLE_RATE
from core.voices import VoiceBank, VoiceInfo
from tests.bundles import copy_default, edit_manifest


@pytest.mark.parametrize(("name", "latency_ms"), [("balanced", 40.0), ("low", 30.0)])
def test_what_ships_loads_and_keeps_its_promises(name: str, latency_ms: float) -> None:
    bundle = Bundle.load(name)
    assert bundle.name == name
    assert bundle.latency_ms == pytest.approx(1000 * (480 + bundle.delay) / SAMPLE_RATE)
    assert bundle.latency_ms <= latency_ms
    assert bundle.default_voice in bundle.voices
    assert len(bundle.voices) >= 8
    assert {"F", "M"} <= {info.sex for info in bundle.voices.infos}
    size = sum(path.stat().st_size for path in bundle.path.iterdir())
    assert size < 40e6


def test_a_bundle_is_found_by_folder_or_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Bundle.load().path == SHIPPED["low"]
    assert Bundle.load("low").path == SHIPPED["low"]
    own = copy_default(tmp_path / "low")
    assert Bundle.load("low").path.resolve() == own, "a folder of that name is meant before"
    with pytest.raises(BundleError, match="none"):
        Bundle.load("none")


def test_an_altered_byte_is_found_in_every_file(tmp_path: Path) -> None:
    for name in ("encoder.onnx", "decoder.onnx", "vocoder.onnx", "voices.safetensors"):
        folder = copy_default(tmp_path / name, own=(name,))
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)
        with pytest.raises(BundleError, match=rf"{name} is not the file that the manifest vouches for"):
            Bundle.load(folder)


def test_a_truncated_file_is_found(tmp_path: Path) -> None:
    folder = copy_default(tmp_path, own=("decoder.onnx",))
    data = (folder / "decoder.onnx").read_bytes()
    (folder / "decoder.onnx").write_bytes(data[: len(data) // 2])
    with pytest.raises(BundleError, match="truncated or altered"):
        Bundle.load(folder)


@pytest.mark.parametrize("name", ["encoder.onnx", "voices.safetensors", MANIFEST_FILE])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = copy_default(tmp_path)
    (folder / name).unlink()
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        Bundle.load(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no such bundle folder"):
        Bundle.load(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[1]", '"bundle"', '{"format": 1}'])
def test_a_manifest_that_is_none(tmp_path: Path, text: str) -> None:
    folder = copy_default(tmp_path)
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BundleError):
        Bundle.load(folder)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "newer format": (lambda m: m.update(format=FORMAT + 1), "update the older"),
    "other rate": (lambda m: m.update(sample_rate=16_000), "its sample_rate is 16000"),
    "other block": (lambda m: m.update(block=960), "its block is 960"),
    "delay as text": (lambda m: m.update(delay="480"), "lacks a proper 'delay'"),
    "negative delay": (lambda m: m.update(delay=-1), "outside"),
    "wrong shape": (lambda m: m["graphs"]["encoder"]["inputs"].update(audio=[1, 960]), "audio of its encoder"),
    "state changes": (lambda m: m["graphs"]["vocoder"]["outputs"].update(state_out=[1, 7]), "the state of its vocoder"),
    "parts do not meet": (lambda m: m["graphs"]["encoder"]["outputs"].update(codes=[1, 4]), "encoder gives codes"),
    "graph not described": (lambda m: m["graphs"].pop("decoder"), "'decoder'"),
    "nobody vouches": (lambda m: m["files"].pop("encoder.onnx"), "does not vouch for encoder.onnx"),
    "default voice gone": (lambda m: m.update(default_voice="nobody"), "default voice 'nobody'"),
    "voices of another size": (
        lambda m: (m.update(voice_dim=9), m["graphs"]["decoder"]["inputs"].update(voice=[1, 9])),
        "its graphs want 9",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_manifest_that_does_not_fit(tmp_path: Path, case: str) -> None:
    change, words = CHANGES[case]
    folder = copy_default(tmp_path)
    edit_manifest(folder, change)
    with pytest.raises(BundleError) as caught:
        Bundle.load(folder)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_write_manifest_makes_a_bundle_that_loads(tmp_path: Path) -> None:
    old = Bundle.load()
    folder = copy_default(tmp_path)
    (folder / MANIFEST_FILE).unlink()
    graphs = {
        name: {side: graph[side] for side in ("inputs", "outputs")} for name, graph in old.manifest["graphs"].items()
    }
    made = write_manifest(
        folder,
        name="again",
        created="2026-01-01",
        delay=old.delay,
        graphs=graphs,
        codebooks=[512, 128, 32],
        default_voice=old.default_voice,
        licence="none",
        provenance={"made by": "a test"},
        measured={},
    )
    assert made.name == "again"
    assert made.manifest["code_rates_hz"] == [50.0, 25.0, 12.5]
    assert made.manifest["files"] == old.manifest["files"]
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_write_manifest_wants_every_file(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"encoder\.onnx is missing"):
        write_manifest(
            tmp_path,
            name="x",
            created="2026-01-01",
            delay=480,
            graphs={},
            codebooks=[],
            default_voice="iris",
            licence="",
            provenance={},
            measured={},
        )


def test_replaced_voices_are_vouched_for(tmp_path: Path) -> None:
    bundle = Bundle.load(copy_default(tmp_path))
    changed = replace_voices(bundle, bundle.voices.add("someone", bundle.voices.new(1)))
    assert "someone" in changed.voices
    assert "someone" in Bundle.load(tmp_path).voices


def test_voices_that_do_not_fit_are_refused_and_nothing_changes(tmp_path: Path) -> None:
    bundle = Bundle.load(copy_default(tmp_path))
    with pytest.raises(BundleError, match="numbers"):
        replace_voices(bundle, VoiceBank(np.zeros((1, 9)), [VoiceInfo(bundle.default_voice)]))
    with pytest.raises(BundleError, match="default voice"):
        replace_voices(bundle, bundle.voices.remove(bundle.default_voice))
    assert Bundle.load(tmp_path).voices.names == bundle.voices.names
