"""What a corpus module lists: recordings, where they stand, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np


@dataclass(frozen=True, eq=False)
class Exact:
    """What only a synthesiser knows of an utterance.

    Attributes:
        f0_src, f0_tgt: Hz, one value every `f0_step` seconds; it runs on through unvoiced sounds.
        symbols: phonemes, stress marks, pauses; "" for the pads at both ends.
        seconds: how long each lasts.
        f0_step: seconds.
    """

    f0_src: np.ndarray
    f0_tgt: np.ndarray
    symbols: tuple[str, ...]
    seconds: np.ndarray
    f0_step: float = 0.0125


@dataclass(frozen=True)
class Piece:
    """Part of a file, in seconds; end None for its end."""

    path: Path
    begin: float = 0.0
    end: float | None = None


@dataclass(frozen=True, eq=False)
class Recording:
    """One utterance to be, before it is read.

    Attributes:
        id: unique in a prepared folder.
        kind: "parallel", "real" or "plain".
        split: "train", "val" or "test".
        path: the sound; partner: the same utterance in the target's voice, aligned to the sample.
        begin, end: seconds within the file; end None for its end.
        more: what follows, one after the other.
    """

    id: str
    kind: str
    split: str
    path: Path
    partner: Path | None = None
    begin: float = 0.0
    end: float | None = None
    more: tuple[Piece, ...] = ()
    talker: str | None = None
    sex: str | None = None
    text: str | None = None
    lang: str | None = None
    src_voice: tuple[str, str, float] | None = None
    tgt_voice: str | None = None
    exact: Exact | None = None


def drawn_split(name: str, val: float = 0.04, test: float = 0.03) -> str:
    """A split for a name (of a sentence, a file, a talker), the same on every machine, in about these shares."""
    at = int.from_bytes(sha256(name.encode()).digest()[:6], "big") / 2**48
    return "val" if at < val else "test" if at < val + test else "train"


def read_heldout(path: Path) -> dict[str, str]:
    """Talker -> "val" or "test", from a file with a line `talker split` each; # begins a comment."""
    lines = (line.split("#")[0].split() for line in path.read_text("utf8").splitlines())
    return {parts[0]: parts[1] for parts in lines if len(parts) == 2 and parts[1] in ("val", "test")}
