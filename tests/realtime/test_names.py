from __future__ import annotations

import pytest

from core.errors import DeviceError
from realtime.names import pick

DEVICES = [("USB Mic", "alsa_input.usb-1"), ("Webcam Mic", "alsa_input.usb-2"), ("webcam", "alsa_input.usb-3")]


def find(wanted: str) -> str:
    return pick(wanted, DEVICES, lambda device: device, "input")[1]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("USB Mic", "1"), ("usb mic", "1"), ("usb-2", "2"), ("webcam", "3"), ("WEBCAM", "3"), ("Webcam M", "2")],
)
def test_exact_then_any_case_then_a_part(wanted: str, found: str) -> None:
    assert find(wanted).endswith(found)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("mic", ["fits 2 input devices", "USB Mic", "Webcam Mic"]),
        ("USB Mike", ["no input device", "did you mean", "USB Mic", "voxveil devices"]),
        ("xyzzy", ["no input device", "USB Mic"]),
    ],
)
def test_what_is_not_clear_is_said_in_one_line(wanted: str, says: list[str]) -> None:
    with pytest.raises(DeviceError) as caught:
        find(wanted)
    assert all(word in str(caught.value) for word in says)
    assert "\n" not in str(caught.value)


def test_no_device_at_all() -> None:
    with pytest.raises(DeviceError, match="there are none"):
        pick("x", [], lambda device: device, "output")


def test_devices_of_one_name_are_told_apart_by_their_ids() -> None:
    twins = [("USB Mic", "alsa_input.usb-1"), ("USB Mic", "alsa_input.usb-2")]
    with pytest.raises(DeviceError, match=r"“USB Mic” \(alsa_input.usb-1\), “USB Mic” \(alsa_input.usb-2\)"):
        pick("usb", twins, lambda device: device, "input")
