"""A screen counts only when something answers at its address."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from core.assets import sample_path
from voxveil.commands.run import choose_way
from voxveil.surroundings import has_screen

linux = pytest.mark.skipif(sys.platform != "linux", reason="screens are found by sockets on Linux only")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No screen, and no audio server at the address that is given."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")


@linux
@pytest.mark.parametrize("display", ["", ":", "nonsense", ":x", ":987", "127.0.0.1:987", ":987.0"])
def test_a_display_that_nobody_answers_is_no_screen(monkeypatch: pytest.MonkeyPatch, display: str) -> None:
    monkeypatch.setenv("DISPLAY", display)
    assert not has_screen()


@linux
def test_a_wayland_socket_that_answers_is_a_screen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-9")
    assert not has_screen()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "wayland-9"))
        server.listen(8)
        assert has_screen()
        assert choose_way() == "app"


@linux
def test_an_x_server_that_answers_is_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X8765")
        server.listen(8)
        monkeypatch.setenv("DISPLAY", ":8765.0")
        assert has_screen()


def test_the_sample_is_there_with_its_licence() -> None:
    assert sample_path().stat().st_size < 300_000
    assert "CC BY 4.0" in (sample_path().parent / "LICENCE.md").read_text(encoding="utf-8")
