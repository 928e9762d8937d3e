"""PortAudio's answers as devices; a real server's stand in test_virtual_mic.py."""

from __future__ import annotations

import pytest

from core.errors import DeviceError
from realtime import virtual_mic
from realtime.devices import from_query

sounddevice = pytest.importorskip("sounddevice", exc_type=OSError)
from realtime import streams  # noqa: E402  (needs PortAudio)

INTERFACES = [{"name": "MME"}, {"name": "Windows WASAPI"}]


def raw(
    index: int, name: str, inputs: int, outputs: int, interface: int = 0, rate: float = 48_000.0
) -> dict[str, object]:
    return {
        "index": index, "name": name, "max_input_channels": inputs, "max_output_channels": outputs,
        "hostapi": interface, "default_samplerate": rate,
    }  # fmt: skip


LISTED = [
    raw(0, "Microphone (USB)", 1, 0),
    raw(1, "Speakers", 0, 2, rate=44_100.0),
    raw(2, "CABLE Input (VB-Audio)", 0, 2),
    raw(3, "Microphone (USB)", 1, 0, interface=1),
    raw(4, "Headset", 1, 2, interface=1),
]


def test_inputs_then_outputs_with_their_facts() -> None:
    found = from_query(LISTED, INTERFACES, [3, 1])
    assert [(device.kind, device.name) for device in found] == [
        ("input", "Microphone (USB)"),
        ("input", "Microphone (USB)"),
        ("input", "Headset"),
        ("output", "Speakers"),
        ("output", "CABLE Input (VB-Audio)"),
        ("output", "Headset"),
    ]
    assert [device.is_default for device in found] == [False, True, False, True, False, False]
    assert found[3].rates == (44_100,)
    assert found[2].channels == 1
    assert found[5].channels == 2
    assert found[1].host_api == "Windows WASAPI"


def test_ids_are_names_where_a_name_is_enough() -> None:
    ids = [device.id for device in from_query(LISTED, INTERFACES, [-1, -1])]
    both = ["Microphone (USB) [MME]", "Microphone (USB) [Windows WASAPI]"]
    assert ids == [*both, "Headset", "Speakers", "CABLE Input (VB-Audio)", "Headset"]


def test_an_id_means_the_same_device_after_others_came_and_went() -> None:
    for wanted in (device for device in from_query(LISTED, INTERFACES, [-1, -1]) if device.kind == "input"):
        found = streams.find(LISTED, INTERFACES, wanted.id, "input")
        later = [{**device, "index": device["index"] + 7} for device in reversed(LISTED)]
        again = streams.find(later, INTERFACES, wanted.id, "input")
        assert again["index"] == found["index"] + 7
        assert (found["name"], INTERFACES[found["hostapi"]]["name"]) == (wanted.name, wanted.host_api)


def test_devices_that_share_every_name_are_numbered() -> None:
    twins = [raw(0, "Line", 1, 0), raw(1, "Line", 1, 0)]
    assert [device.id for device in from_query(twins, INTERFACES, [-1, -1])] == ["0", "1"]
    assert streams.find(twins, INTERFACES, "1", "input") is twins[1]
    with pytest.raises(DeviceError, match="fits 2 input devices"):
        streams.find(twins, INTERFACES, "Line", "input")


def test_a_device_that_refuses_every_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that another program holds for itself does."""
    asked = []

    def refuse(**wanted: object) -> None:
        asked.append(wanted["samplerate"])
        raise sounddevice.PortAudioError("Device unavailable", -9985)

    monkeypatch.setattr(sounddevice, "check_input_settings", refuse)
    with pytest.raises(DeviceError, match="refuses every sample rate") as caught:
        streams._rate(LISTED[0], "input")
    assert "exclusively" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {48_000, 44_100, 16_000, 96_000} <= set(asked)


def test_a_device_that_takes_only_another_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    def choosy(**wanted: object) -> None:
        if wanted["samplerate"] != 16_000:
            raise sounddevice.PortAudioError("Invalid sample rate", -9997)

    monkeypatch.setattr(sounddevice, "check_output_settings", choosy)
    assert streams._rate(LISTED[1], "output") == 16_000


def test_no_device_is_an_empty_list() -> None:
    assert from_query([], [], [-1, -1]) == []


@pytest.mark.parametrize(
    ("system", "outputs", "product"),
    [
        ("win32", ["Speakers", "CABLE Input (VB-Audio Virtual Cable)"], "VB-Cable"),
        ("win32", ["Line 1 (Virtual Audio Cable)"], "Virtual Audio Cable"),
        ("darwin", ["MacBook Speakers", "BlackHole 2ch"], "BlackHole"),
        ("darwin", ["Loopback Audio"], "Loopback"),
        ("darwin", ["VB-Cable"], "VB-Cable"),
        ("win32", ["Speakers"], None),
        ("darwin", [], None),
        ("linux", ["BlackHole 2ch"], None),
    ],
)
def test_cables_made_by_others(system: str, outputs: list[str], product: str | None) -> None:
    found = virtual_mic.find_cable(outputs, system)
    assert (found[1].product if found else None) == product
    words = virtual_mic.advice(outputs, system)
    assert "\n" not in words
    if product:
        assert product in words
        assert "microphone" in words
    elif system != "linux":
        assert "Get " in words
