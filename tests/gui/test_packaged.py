"""The packaged program: built with PyInstaller, started on a hidden screen, its size kept in sight. Minutes: slow."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_MB = 350


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_the_linux_program_is_built_and_starts() -> None:
    """`packaging/build_linux.sh` builds it, opens its window, lets it anonymize a recording and ends it."""
    environment = {key: value for key, value in os.environ.items() if key != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        ["packaging/build_linux.sh"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "the window opened, answered and closed; a recording was anonymized" in done.stdout
    assert "no command is called" not in done.stderr  # what starts itself is understood by itself
    megabytes = sum(file.lstat().st_size for file in (ROOT / "dist" / "voxveil").rglob("*")) / 1e6
    print(f"{megabytes:.0f} MB")
    assert megabytes < MOST_MB
    assert (ROOT / "dist/voxveil/share/applications/voxveil.desktop").exists()
    assert (ROOT / "dist/voxveil/share/icons/hicolor/scalable/apps/voxveil.svg").exists()


def test_the_desktop_entry_is_complete() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(ROOT / "packaging/voxveil.desktop", encoding="utf-8")
    main = entry["Desktop Entry"]
    assert (main["Type"], main["Exec"], main["Icon"], main["Terminal"]) == (
        "Application", "voxveil app", "voxveil", "false",
    )  # fmt: skip
    assert {"Name", "Comment", "Comment[de]", "Categories"} <= set(main)
    assert (ROOT / "gui/assets/icon.svg").exists()
    assert (ROOT / "packaging/icon.png").read_bytes().startswith(b"\x89PNG")


def test_every_starting_word_of_the_packaged_program_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """A packaged program has no Python beside it: the engine's parts and the app's own start it again."""
    import importlib.util
    import runpy
    import sys

    spec = importlib.util.spec_from_file_location("entry", ROOT / "packaging/entry.py")
    assert spec is not None
    assert spec.loader is not None
    entry = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(entry)
    ran: list[str] = []
    monkeypatch.setattr(runpy, "run_module", lambda name, **_: ran.append(name))
    for module in ("realtime.host", "realtime.worker", "gui.platform.listen"):
        monkeypatch.setattr(sys, "argv", ["voxveil", "-m", module, "word"])
        assert entry.main() == 0
    assert ran == ["realtime.host", "realtime.worker", "gui.platform.listen"]
    monkeypatch.setattr(sys, "argv", ["voxveil", "-m", "os", "word"])
    assert entry.main() == 2
