"""Huge pages: what is in memory stays what it was, and the system really gives them where it may."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from realtime import huge_pages

SETTING = Path("/sys/kernel/mm/transparent_hugepage/enabled")
BYTES = 16 << 20


def huge_kilobytes(address: int) -> int:
    """AnonHugePages of the mapping that holds `address`."""
    inside = False
    for line in Path("/proc/self/smaps").read_text("utf8").splitlines():
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            first, last = (int(end, 16) for end in words[0].split("-"))
            inside = first <= address < last
        elif inside and words[0] == "AnonHugePages:":
            return int(words[1])
    return 0


def test_numbers_stay_what_they_were() -> None:
    numbers = np.random.default_rng(1).standard_normal(BYTES // 8)
    before = numbers.copy()
    huge_pages.use_huge_pages()
    assert np.array_equal(numbers, before)


@pytest.mark.skipif(
    not SETTING.is_file() or "[never]" in SETTING.read_text("ascii"), reason="this system gives no huge pages"
)
def test_large_memory_is_asked_for_and_new_memory_of_it_comes_in_huge_pages() -> None:
    numbers = np.ones(BYTES // 8)
    assert huge_pages.use_huge_pages() >= BYTES - 2 * huge_pages.PAGE
    middle = numbers.ctypes.data + BYTES // 2
    if huge_kilobytes(middle) == 0:
        pytest.skip("the system has no huge page free now, or is older than Linux 6.1")
    assert huge_kilobytes(middle) >= 2048


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert huge_pages.use_huge_pages() == 0


def test_no_list_of_mappings_no_harm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(huge_pages, "MAPS", tmp_path / "none")
    assert huge_pages.use_huge_pages() == 0


def test_only_large_writable_private_memory_is_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.write_text(
        "7f0000000000-7f0000800000 rw-p 00000000 00:00 0 \n"
        "7f0001000000-7f0001800000 r--p 00000000 00:00 0 \n"
        "7f0002000000-7f0002800000 rw-s 00000000 00:01 7 /dev/shm/ring\n"
        "7f0003000000-7f0003001000 rw-p 00000000 00:00 0 [stack]\n"
        "7f0004100000-7f0004900000 rw-p 00000000 00:00 0 [heap]\n"
    )
    found = list(huge_pages._large(maps))
    assert found == [(0x7F0000000000, 8 << 20), (0x7F0004200000, 6 << 20)]
