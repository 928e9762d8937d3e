"""The voice in use: a named one, a mix of two, or a person whom nobody is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import VoiceError
from core.voices import VoiceBank, any_seed
from gui.models.settings import SettingsStore

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class VoiceChoice:
    """`named` uses `a`; so does `fresh`, which is drawn for each call; `mix` uses `a`, `b` and `weight` (0 = all a,
    1 = all b); `new` uses `seed`.
    """

    kind: str
    a: str = ""
    b: str = ""
    weight: float = 0.0
    seed: int = 0


class VoicesModel(QObject):
    """Bank, choice, favourites and the people the user made.

    Until somebody chooses, it is another voice in every call: that hides more than any one voice does, and costs
    nothing (docs/privacy.md).
    """

    chosen = Signal()
    listed = Signal()
    bank_changed = Signal()

    def __init__(self, bank: VoiceBank, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bank = bank
        self._store = store
        self.choice = self._restore()

    @property
    def row(self) -> Floats:
        """The bank row (V numbers) of the choice."""
        return self._row(self.choice)

    @property
    def title(self) -> str:
        """The choice in a few words, as others might call the person."""
        choice = self.choice
        if choice.kind == "mix":
            return f"{display(choice.a)} + {display(choice.b)}"
        if choice.kind == "new":
            return self._person_name(choice.seed)
        return display(choice.a)

    def take_bank(self, bank: VoiceBank) -> None:
        """Use another bank; a choice that it cannot make falls back to another voice in every call."""
        self.bank = bank
        self.choice = self._restore()
        self.bank_changed.emit()
        self.listed.emit()
        self.chosen.emit()

    def names(self) -> list[str]:
        """Names of the bank, favourites first."""
        names = list(self.bank.names)
        favourites = [name for name in self._store.values.favourites if name in names]
        return favourites + [name for name in names if name not in favourites]

    @property
    def makes_people(self) -> bool:
        """Whether the bank has voices to draw from: for each call, or for somebody new."""
        return self.bank.makes_people

    def people(self) -> list[tuple[int, str]]:
        """(seed, name) of the people made with `make_person`."""
        return [
            (int(person["seed"]), str(person["name"])) for person in self._store.values.people if _is_person(person)
        ]

    def choose(self, choice: VoiceChoice) -> None:
        """Use this voice from now on; a choice that the bank cannot make is a `VoiceError`."""
        self._row(choice)
        self._use(choice)

    def _use(self, choice: VoiceChoice, keep: bool = True) -> None:
        """Not kept is what only stands in for a choice that this bank cannot make; another start may."""
        self.choice = choice
        if keep:
            self._store.values.voice = asdict(choice)
            self._store.save()
        self.chosen.emit()

    def anybody(self) -> VoiceChoice:
        """Another voice in every call; where the bank has none of its own, its first one."""
        if self.makes_people:
            return VoiceChoice("fresh", a=self.bank.anybody())
        return VoiceChoice("named", a=self.bank.names[0])

    def begin_call(self) -> None:
        """Before a call starts: where each is to have another voice, this one gets its own."""
        if self.choice.kind == "fresh":
            self._use(self.anybody(), keep=self._store.values.voice.get("kind", "fresh") == "fresh")

    def make_person(self) -> str:
        """Make somebody new, use the voice and return the name it is kept under."""
        seed = any_seed()
        taken = {name for _, name in self.people()}
        number = next(n for n in range(1, len(taken) + 2) if f"Person {n}" not in taken)
        name = f"Person {number}"
        self._store.values.people.append({"seed": seed, "name": name})
        self.choose(VoiceChoice("new", seed=seed))
        self.listed.emit()
        return name

    def forget_person(self, seed: int) -> None:
        """Remove a person that was made; the voice in use falls back to another one in every call."""
        kept = [person for person in self._store.values.people if not (_is_person(person) and person["seed"] == seed)]
        self._store.values.people = kept
        if self.choice == VoiceChoice("new", seed=seed):
            self.choose(self.anybody())
        else:
            self._store.save()
        self.listed.emit()

    @property
    def is_added(self) -> bool:
        """Whether the choice is a voice that was added to the bank, which may be a real person's."""
        if self.choice.kind != "named":
            return False
        return self.bank.infos[self.bank.index(self.choice.a)].added

    def is_favourite(self, name: str) -> bool:
        """Whether the voice stands at the top of the list."""
        return name in self._store.values.favourites

    def toggle_favourite(self, name: str) -> None:
        """Put a voice at the top of the list, or back."""
        favourites = self._store.values.favourites
        if name in favourites:
            favourites.remove(name)
        else:
            favourites.append(name)
        self._store.save()
        self.listed.emit()

    def _row(self, choice: VoiceChoice) -> Floats:
        if choice.kind == "mix":
            return self.bank.mix(choice.a, choice.b, choice.weight)
        if choice.kind == "new":
            return self.bank.new(choice.seed)
        return self.bank.row(choice.a)

    def _person_name(self, seed: int) -> str:
        return dict(self.people()).get(seed, "Person")

    def _restore(self) -> VoiceChoice:
        try:
            choice = VoiceChoice(**self._store.values.voice)
            self._row(choice)
        except (TypeError, ValueError, AttributeError, VoiceError):
            return self.anybody()
        return choice


def display(name: str) -> str:
    """A bank name as it is shown: `iris` becomes `Iris`."""
    return name[:1].upper() + name[1:]


def _is_person(person: dict[str, Any]) -> bool:
    return isinstance(person.get("seed"), int) and isinstance(person.get("name"), str)
