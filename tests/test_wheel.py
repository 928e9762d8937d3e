"""What an installed Voxveil consists of: its top-level names, its data, its command, and one onnxruntime only."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from core.assets import SHIPPED

ROOT = Path(__file__).resolve().parent.parent
NAMES = {
    "voxveil",
    "core",
    "realtime",
    "model",
    "training",
    "export",
    "evaluation",
    "gui",
    "bench",
    "configs",
    "assets",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as opened:
        yield opened


def test_the_top_level_names_are_those_announced(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == NAMES


def test_bundle_sample_and_configs_come_along(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for name in (
        *(f"assets/{folder.name}/{file.name}" for folder in SHIPPED.values() for file in folder.iterdir()),
        "assets/sample/speech.flac",
        "assets/sample/LICENCE.md",
        "configs/vqvae.yaml",
    ):
        assert name in names
    assert not [name for name in names if name.startswith("tests/") or name.endswith((".ckpt", ".pt", ".pkl"))]


def test_the_command_is_installed(wheel: zipfile.ZipFile) -> None:
    entry = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "voxveil = voxveil.cli:main" in wheel.read(entry).decode()


@pytest.mark.parametrize(
    ("system", "machine", "wanted"),
    [
        ("linux", "x86_64", "onnxruntime-gpu"),
        ("linux", "aarch64", "onnxruntime"),
        ("darwin", "arm64", "onnxruntime"),
        ("darwin", "x86_64", "onnxruntime"),
        ("win32", "AMD64", "onnxruntime-gpu"),
    ],
)
def test_every_system_gets_one_onnxruntime(system: str, machine: str, wanted: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = map(Requirement, project["dependencies"])
    place = {"sys_platform": system, "platform_machine": machine}
    chosen = [
        requirement.name
        for requirement in requirements
        if requirement.name.startswith("onnxruntime") and requirement.marker and requirement.marker.evaluate(place)
    ]
    assert chosen == [wanted]


def test_the_qt_that_aborts_is_left_out() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    qt = next(r for r in map(Requirement, project["dependencies"]) if r.name.startswith("PySide6"))
    assert not qt.specifier.contains("6.12.0")
    assert qt.specifier.contains("6.11.3")
