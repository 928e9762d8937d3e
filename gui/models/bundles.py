"""Which graphs and voices the user wants: the default ones or those that take longer, each with what was added."""

from __future__ import annotations

from pathlib import Path

from core.assets import BALANCED, DEFAULT, SHIPPED
from core.bundle import Bundle
from core.errors import VoxveilError
from gui.models.settings import SettingsStore


class Bundles:
    """The bundle that is wanted. Voices that were added to the one are not in another: its graphs would speak them
    differently.

    Args:
        named: on the command line: that one alone is used, whatever is remembered.
    """

    def __init__(self, store: SettingsStore, named: Path | None = None) -> None:
        self._store, self.named = store, named

    @property
    def shipped(self) -> str:
        """Which of `core.assets.SHIPPED` it is, or would be without one that was named. Until one is chosen it is the
        default, but who has added voices to `balanced` before there was a choice finds them still.
        """
        chosen, own = self._store.values.delay, self._store.values.own_bundles
        if chosen in SHIPPED:
            return chosen
        return BALANCED if BALANCED in own else DEFAULT

    def load(self) -> tuple[Bundle, str]:
        """The one that was named, else the user's own copy with added voices, else the one that ships; and what is
        wrong with the copy, "" if nothing is. The copy stays where it is: what is in it may be wanted yet.

        Raises:
            VoxveilError: the bundle that was named, or ships, cannot be read.
        """
        name, wrong = self.shipped, ""
        own = self._store.values.own_bundles.get(name, "")
        if self.named is None and own:
            try:
                return Bundle.load(Path(own), verify=False), ""
            except VoxveilError as error:
                wrong = str(error)
                if not Path(own).exists():
                    del self._store.values.own_bundles[name]  # said once
        # The engine checks every hash when it starts; the window needs the voices only.
        return Bundle.load(self.named or SHIPPED[name], verify=False), wrong

    def choose(self, name: str) -> tuple[Bundle, str]:
        """Take another of `core.assets.SHIPPED` from now on; as `load`.

        Raises:
            VoxveilError: it cannot be read; what was wanted before is wanted still.
        """
        before, self._store.values.delay = self._store.values.delay, name
        try:
            found = self.load()
        except VoxveilError:
            self._store.values.delay = before
            raise
        self._store.save()
        return found

    def keep(self, bundle: Bundle) -> bool:
        """Voices were added to it, or taken away: use it after the next start, too. Whether it is the one that is
        wanted now: another may have been chosen while a voice was made.
        """
        name = bundle.name if bundle.name in SHIPPED else BALANCED
        self._store.values.own_bundles[name] = str(bundle.path)
        self._store.save()
        return self.named is not None or name == self.shipped
