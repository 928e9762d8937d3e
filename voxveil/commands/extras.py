"""Commands that need an optional part of the installation say so in one line."""

from __future__ import annotations

from importlib.util import find_spec

from core.errors import ConfigError


def need(module: str, extra: str) -> None:
    """Raises ConfigError if `module`, which the extra brings, is not installed."""
    if find_spec(module) is None:
        raise ConfigError(f"this command needs more packages: pip install 'voxveil[{extra}]'")
