"""Weights on huge pages: a block reads all of them, and looking up thousands of small pages takes long.

Linux only, and only where the system lets programs ask (`madvise` or `always` in
/sys/kernel/mm/transparent_hugepage/enabled); elsewhere nothing happens.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = 2 << 20
HUGE, COLLAPSE = 14, 25
"""MADV_HUGEPAGE: such pages from now on. MADV_COLLAPSE (Linux 6.1): and for what is there already, at once."""
MAPS = Path("/proc/self/maps")


def use_huge_pages() -> int:
    """Ask for huge pages in all of this process's large private memory; bytes that the system took the wish for."""
    if not sys.platform.startswith("linux"):
        return 0
    madvise = getattr(ctypes.CDLL(None, use_errno=True), "madvise", None)
    if madvise is None:
        return 0
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    asked = 0
    for start, size in _large(MAPS):
        if madvise(start, size, HUGE) == 0:
            asked += size
            madvise(start, size, COLLAPSE)
    return asked


def _large(maps: Path) -> Iterator[tuple[int, int]]:
    """Start and size in bytes, both multiples of PAGE, within writable private memory that is no file's."""
    try:
        lines = maps.read_text("ascii", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        span, rights, _, _, file, *name = line.split()
        if not rights.startswith("rw") or not rights.endswith("p") or file != "0" or name not in ([], ["[heap]"]):
            continue
        first, last = (int(end, 16) for end in span.split("-"))
        start, end = -(-first // PAGE) * PAGE, last // PAGE * PAGE
        if end > start:
            yield start, end - start
