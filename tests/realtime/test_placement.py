"""No sound before it is known where it plays, however late the server lists the stream."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from core.errors import DeviceError
from realtime import placement
from realtime.placement import Placement

OLD = {7: "speakers"}


def placed(
    monkeypatch: pytest.MonkeyPatch, looks: list[dict[int, str] | None], expected: str = "", device: str = "pulse"
) -> Placement:
    """A Placement whose server lists these streams, one look after the other; the last one from then on."""

    def answers() -> Iterator[dict[int, str] | None]:
        yield from looks
        while True:
            yield looks[-1]

    monkeypatch.setattr(placement, "APPEARS_S", 0.1)
    found = answers()
    monkeypatch.setattr(Placement, "_streams", staticmethod(lambda: next(found)))
    monkeypatch.setattr(Placement, "_watch", lambda self, index: None)
    return Placement(expected, device)


def test_a_stream_that_is_listed_late_is_silent_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    place = placed(monkeypatch, [OLD, OLD, OLD, {**OLD, 9: "cable"}])
    assert not place.right
    place.begin()
    assert (place.right, place.name) == (True, "cable")


def test_a_stream_that_came_to_another_device_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    place = placed(monkeypatch, [OLD, {**OLD, 9: "speakers"}], expected="cable")
    place.begin()
    assert not place.right
    assert "“cable”" in place.moved


@pytest.mark.parametrize(
    ("expected", "device"), [("", "pulse"), ("", "pipewire"), ("cable", "default"), ("cable", "hw:0")]
)
def test_a_stream_that_is_not_listed_is_none(monkeypatch: pytest.MonkeyPatch, expected: str, device: str) -> None:
    place = placed(monkeypatch, [OLD], expected, device)
    with pytest.raises(DeviceError, match="does not take"):
        place.begin()
    assert not place.right


@pytest.mark.parametrize(("looks", "device"), [([None], "hw:0"), ([OLD], "hw:0"), ([OLD], "default")])
def test_a_device_past_the_server_needs_no_watch(
    monkeypatch: pytest.MonkeyPatch, looks: list[dict[int, str] | None], device: str
) -> None:
    place = placed(monkeypatch, looks, device=device)
    place.begin()
    assert place.right


def test_a_device_that_is_away_has_no_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened at a guess, it would come back with the server resampling: 20 ms more, and other samples."""
    monkeypatch.setattr(placement.libpulse, "server_answers", lambda: True)
    monkeypatch.setattr(placement.pulse_devices, "session", contextlib.nullcontext)
    monkeypatch.setattr(placement.pulse_devices, "sinks", lambda _: [SimpleNamespace(name="speakers", rate=44_100)])
    monkeypatch.setattr(placement.pulse_devices, "default_names", lambda _: ("", "speakers"))
    monkeypatch.delenv("PULSE_SINK", raising=False)
    assert placement.server_rate("output") == 44_100
    monkeypatch.setenv("PULSE_SINK", "cable")
    with pytest.raises(DeviceError, match="output device is gone"):
        placement.server_rate("output")
