"""A C library of the system's, with the types of the functions that are called."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Mapping
from typing import Any


def load(name: str, version: int, prefix: str, functions: Mapping[str, tuple[Any, tuple[Any, ...]]]) -> Any:
    """An object with typed functions, or None where the library is not there or lacks one of them.

    Args:
        name: as the linker calls it.
        version: of its interface, for a system that cannot look it up.
        prefix: of the functions' names in the library, left off here.
        functions: result and arguments of each.
    """
    try:
        loaded = ctypes.CDLL(ctypes.util.find_library(name) or f"lib{name}.so.{version}")
        found = {short: getattr(loaded, prefix + short) for short in functions}
    except (OSError, AttributeError):
        return None
    for short, (result, arguments) in functions.items():
        found[short].restype = result
        found[short].argtypes = arguments
    return type(name, (), {short: staticmethod(function) for short, function in found.items()})
