"""The vocoder WORLD (Morise, Yokomori, Ozawa, IEICE Trans. 2016), imported so that it works everywhere."""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Any


def _import() -> Any:
    """pyworld asks `pkg_resources` for its own version and nothing else; newer setuptools do not bring that module."""
    missing = "pkg_resources" not in sys.modules and find_spec("pkg_resources") is None
    if missing:
        stand_in: Any = ModuleType("pkg_resources")
        stand_in.get_distribution = lambda name: SimpleNamespace(version=version(name))
        sys.modules["pkg_resources"] = stand_in
    try:
        import pyworld
    finally:
        if missing:
            del sys.modules["pkg_resources"]
    return pyworld


pyworld = _import()
