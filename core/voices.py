"""The voice bank: one row of numbers a voice, names and notes beside them, kept in one safetensors file."""

from __future__ import annotations

import difflib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.errors import VoiceError

Row = npt.NDArray[np.float32]

RANGE_NUMBERS = 2
"""The last numbers of a row: mean and standard deviation of the voice's log-F0 (natural logarithm of Hz)."""

NEW_SPREAD = 0.15
"""Concentration of the weights in `VoiceBank.new`: 0 gives single voices, much above 1 everybody's mean."""
NEW_PITCH = 0.12
"""Nepers by which the mean pitch of somebody new may lie off that of the mix: two semitones."""


@dataclass(frozen=True)
class VoiceInfo:
    """What stands beside a row: a name, "F" or "M" (or "?"), a line about where the voice comes from, and whether it
    was added to the bank, and may be a real person's: nobody new is drawn from such a voice.
    """

    name: str
    sex: str = "?"
    note: str = ""
    added: bool = False


class VoiceBank:
    """Named voices, each a float32 row of V numbers: an embedding, then mean and spread of log-F0.

    The bank is a value: `add` and `remove` give a changed copy and leave this one as it is.
    """

    def __init__(self, rows: npt.ArrayLike, infos: Iterable[VoiceInfo]) -> None:
        """Args:
            rows: float32 [n, V].
            infos: one for each row.

        Raises:
            VoiceError: no rows, rows and names that do not match, a name twice, or numbers that are not finite.
        """
        table = np.ascontiguousarray(rows, dtype=np.float32)
        self._infos = tuple(infos)
        if table.ndim != 2 or table.shape[0] == 0 or table.shape[1] <= RANGE_NUMBERS:
            raise VoiceError(
                f"a voice bank needs rows of more than {RANGE_NUMBERS} numbers; this one has {table.shape}"
            )
        if len(self._infos) != len(table):
            raise VoiceError(f"the voice bank has {len(table)} rows but {len(self._infos)} names; make it anew")
        if not np.isfinite(table).all():
            raise VoiceError("the voice bank holds numbers that are not finite; get it anew")
        names = [info.name for info in self._infos]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise VoiceError(f"the voice bank names {', '.join(twice)} twice; names must differ")
        table.setflags(write=False)
        self._rows = table

    @property
    def names(self) -> list[str]:
        """The voices' names, in the bank's order."""
        return [info.name for info in self._infos]

    @property
    def infos(self) -> tuple[VoiceInfo, ...]:
        """Name, sex and note of each voice, in the bank's order."""
        return self._infos

    @property
    def dim(self) -> int:
        """V, the numbers in one row."""
        return int(self._rows.shape[1])

    def __len__(self) -> int:
        return len(self._infos)

    def __contains__(self, name: object) -> bool:
        return any(info.name == name for info in self._infos)

    def index(self, name: str) -> int:
        """The row's number. Raises VoiceError for an unknown name, listing the ones that look like it."""
        for position, info in enumerate(self._infos):
            if info.name == name:
                return position
        near = difflib.get_close_matches(name.lower(), self.names, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(self.names)}"
        raise VoiceError(f"no voice is called '{name}'; {hint}")

    def row(self, name: str) -> Row:
        """The voice's row, a copy, float32 [V]. Raises VoiceError for an unknown name."""
        return np.array(self._rows[self.index(name)], dtype=np.float32)

    def mix(self, a: str, b: str, weight: float) -> Row:
        """A voice between two: `(1 - weight) * a + weight * b`, float32 [V].

        Raises:
            VoiceError: an unknown name, or a weight outside 0..1.
        """
        if not 0.0 <= weight <= 1.0:
            raise VoiceError(f"the weight of a mix lies between 0 (all {a}) and 1 (all {b}), not {weight:g}")
        mixed = (1.0 - weight) * self.row(a) + weight * self.row(b)
        return mixed.astype(np.float32)

    def anybody(self) -> str:
        """The name of one of the voices that the bank was made with, drawn by a chance that nobody can foresee: another
        voice in every call is what hides best (docs/privacy.md).

        Raises:
            VoiceError: all voices of the bank were added.
        """
        if not self.makes_people:
            raise VoiceError(f"no voice is drawn from those that were added ({', '.join(self.names)}); name one")
        return self._infos[secrets.choice(self._own())].name

    @property
    def makes_people(self) -> bool:
        """Whether there are voices that `anybody` and `new` can draw from."""
        return bool(self._own())

    def new(self, seed: int) -> Row:
        """A person nobody is: a random point among the voices that the bank was made with, float32 [V]; the same seed,
        the same person.

        A mix of all voices with Dirichlet weights of concentration NEW_SPREAD: one or two voices lead, and the point
        stays inside the bank's hull, where the decoder was trained. The more evenly voices are mixed, the more all
        such people sound alike, and the easier the talkers behind them are linked (docs/privacy.md); so the pitch
        is moved a little, too. Weights are drawn among the voices of one sex (chosen first) where the bank knows it,
        so that formants and pitch range fit each other.

        Voices that were added since do not count: one of them may be a real person's, perhaps of the very talker who
        wants to be nobody.

        Raises:
            VoiceError: all voices of the bank were added.
        """
        if not self.makes_people:
            raise VoiceError(f"nobody new can be drawn from voices that were added ({', '.join(self.names)}); name one")
        rng = np.random.default_rng(seed)
        own = self._own()
        sexes = sorted({self._infos[i].sex for i in own})
        chosen = sexes[int(rng.integers(len(sexes)))]
        alike = [i for i in own if self._infos[i].sex == chosen]
        rows = self._rows[alike if len(alike) > 1 else own]
        weights = rng.dirichlet(np.full(len(rows), NEW_SPREAD))
        person: npt.NDArray[np.float64] = weights @ rows.astype(np.float64)
        person[-RANGE_NUMBERS] += rng.uniform(-NEW_PITCH, NEW_PITCH)
        return person.astype(np.float32)

    def _own(self) -> list[int]:
        """Positions of the voices that the bank was made with."""
        return [position for position, info in enumerate(self._infos) if not info.added]

    def add(self, name: str, row: npt.ArrayLike, sex: str = "?", note: str = "") -> VoiceBank:
        """A bank with one voice more.

        Raises:
            VoiceError: the name is taken or no plain word, or the row does not have this bank's V finite numbers.
        """
        if not name or not name.replace("-", "").replace("_", "").isalnum():
            raise VoiceError(f"'{name}' cannot name a voice; use letters, digits, - and _")
        if name in self:
            raise VoiceError(f"a voice is called '{name}' already; choose another name or remove that one first")
        values = np.asarray(row, dtype=np.float32)
        if values.shape != (self.dim,):
            raise VoiceError(
                f"a voice of this bank has {self.dim} numbers, not {values.size}; was it made for another bundle?"
            )
        return VoiceBank(np.vstack([self._rows, values]), [*self._infos, VoiceInfo(name, sex, note, added=True)])

    def remove(self, name: str) -> VoiceBank:
        """A bank without that voice. Raises VoiceError for an unknown name, or for the last voice."""
        position = self.index(name)
        if len(self) == 1:
            raise VoiceError(f"'{name}' is the bank's only voice; add another before removing it")
        return VoiceBank(np.delete(self._rows, position, axis=0), [i for i in self._infos if i.name != name])

    def save(self, path: Path | str) -> None:
        """Write the bank as safetensors, beside the target first and then renamed."""
        target = Path(path)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        metadata = {"voices": json.dumps([asdict(info) for info in self._infos])}
        try:
            # `save_file` would make a file that only its owner may read.
            beside.write_bytes(save({"rows": np.array(self._rows)}, metadata=metadata))
            beside.chmod(0o644)  # safetensors makes files that only their owner may read
            beside.replace(target)
        except (SafetensorError, OSError) as error:
            raise VoiceError(f"cannot write the voices to {target}: {error}") from error
        finally:
            beside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path | str) -> VoiceBank:
        """Read a bank. Raises VoiceError if the file is missing or is no voice bank."""
        source = Path(path)
        if not source.is_file():
            raise VoiceError(f"{source}: no such voice bank")
        try:
            with safe_open(str(source), framework="numpy") as stored:
                metadata: Mapping[str, str] = stored.metadata() or {}
                rows = stored.get_tensor("rows")
            infos = [VoiceInfo(**entry) for entry in json.loads(metadata["voices"])]
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise VoiceError(f"{source} is not a readable voice bank ({error}); get the bundle anew") from error
        return cls(rows, infos)


def any_seed() -> int:
    """A seed that nobody can guess from the last one."""
    return 1 + secrets.randbelow(2**31 - 1)
