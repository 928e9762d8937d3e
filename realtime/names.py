"""Finding the one device that a user means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from core.errors import DeviceError

Item = TypeVar("Item")


def same(full: str, items: Sequence[Item], names_of: Callable[[Item], Sequence[str]], kind: str) -> Item:
    """The item of exactly this full name, with which a call began.

    Raises:
        DeviceError: it is not there now.
    """
    for item in items:
        if full in names_of(item):
            return item
    device = "microphone" if kind == "input" else "output device"
    raise DeviceError(f"the {device} is gone; waiting for it to come back")


def pick(wanted: str, items: Sequence[Item], names_of: Callable[[Item], Sequence[str]], kind: str) -> Item:
    """The item that `wanted` names: exactly, else regardless of case, else as a part of one name only.

    Raises:
        DeviceError: none fits (near names are listed) or several do (they are listed).
    """
    folded = wanted.casefold()
    for fits in (
        lambda name: name == wanted,
        lambda name: name.casefold() == folded,
        lambda name: folded in name.casefold(),
    ):
        found = [item for item in items if any(fits(name) for name in names_of(item))]
        if len(found) == 1:
            return found[0]
        if found:
            shown = [f"“{names_of(item)[0]}”" for item in found]
            if len(set(shown)) < len(shown):
                shown = [f"{name} ({names_of(item)[-1]})" for name, item in zip(shown, found, strict=True)]
            listed = ", ".join(shown)
            raise DeviceError(f"“{wanted}” fits {len(found)} {kind} devices: {listed}; give the full name or id")
    known = [name for item in items for name in names_of(item)]
    near = get_close_matches(wanted, known, 3, 0.4) or known[:5]
    hint = f"did you mean {', '.join(f'“{name}”' for name in near)}?" if near else "there are none"
    raise DeviceError(f"there is no {kind} device “{wanted}”; {hint} (`voxveil devices` lists all)")
