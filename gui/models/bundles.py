"""Which graphs and voices the user wants: the default ones or those that take longer, each with what was added."""

from __future__ import annotations

from pathlib import Path

from core.assets import BALANCED, LOW, SHIPPED
from core.bundle import Bundle
from core.errors import VoxveilError
from gui.models.settings import SettingsStore


class Bundles:
    """The bundle that is wanted. Voices that were added to the one are not in the other: its graphs would speak them
    differently.

    Args:
        named: on the command line: that one alone is used, whatever is remembered.
    """

    def __init__(self, store: SettingsStore, named: Path | None = None) -> None:
        self._store, self.named = store, named

    @property
    def low(self) -> bool:
        """Whether it is the one with less delay: until one is chosen it is, but who has added voices to the other one
        before there was a choice finds them still.
        """
        if self.named is not None:
            return False
        chosen = self._store.values.low_delay
        return not self._store.values.bundle if chosen is None else chosen

    @property
    def shipped(self) -> str:
        """Which of `core.assets.SHIPPED` that is, or would be without one that was named."""
        return LOW if self.low else BALANCED

    def load(self) -> tuple[Bundle, str]:
        """The one that was named, else the user's own copy with added voices, else the one that ships; and what is
        wrong with the copy, "" if nothing is. The copy stays where it is: what is in it may be wanted yet.

        Raises:
            VoxveilError: the bundle that was named, or ships, cannot be read.
        """
        entry, wrong = _entry(self.low), ""
        own = str(getattr(self._store.values, entry))
        if self.named is None and own:
            try:
                return Bundle.load(Path(own), verify=False), ""
            except VoxveilError as error:
                wrong = str(error)
                if not Path(own).exists():
                    setattr(self._store.values, entry, "")  # said once
        # The engine checks every hash when it starts; the window needs the voices only.
        return Bundle.load(self.named or SHIPPED[self.shipped], verify=False), wrong

    def choose(self, low: bool) -> tuple[Bundle, str]:
        """Take the other one from now on; as `load`.

        Raises:
            VoxveilError: it cannot be read; what was wanted before is wanted still.
        """
        before, self._store.values.low_delay = self._store.values.low_delay, low
        try:
            found = self.load()
        except VoxveilError:
            self._store.values.low_delay = before
            raise
        self._store.save()
        return found

    def keep(self, bundle: Bundle) -> bool:
        """Voices were added to it, or taken away: use it after the next start, too. Whether it is the one that is
        wanted now: the other may have been chosen while a voice was made.
        """
        low = bundle.name == LOW
        setattr(self._store.values, _entry(low), str(bundle.path))
        self._store.save()
        return self.named is not None or low is self.low


def _entry(low: bool) -> str:
    """Of the settings: where the own copy lies."""
    return "low_bundle" if low else "bundle"
