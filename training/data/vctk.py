"""VCTK, as the paper takes it: twenty talkers, silence trimmed, put together to chunks of at least 5 s.

Layouts: 0.92 (`wav48_silence_trimmed/p225/p225_001_mic1.flac`) and 0.80 (`wav48/p225/p225_001.wav`); texts in
`txt/p225/p225_001.txt`, sexes in `speaker-info.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import soundfile
from rich.progress import track

from core.errors import ConfigError
from training.data.recording import Piece, Recording, drawn_split
from training.data.silence import speech_span

TWENTY = tuple(
    f"p{n}"
    for n in (225, 226, 227, 228, 229, 230, 231, 232, 233, 236, 239, 240, 243, 244, 254, 256, 258, 259, 270, 273)
)
"""Ten women and ten men: those in the split files of the paper's repository (timthiele119/VC-PL-VQVAE)."""
SHORTEST = 5.0
"""Seconds of a chunk."""


def list_vctk(root: Path, everyone: bool = False) -> list[Recording]:
    """Chunks of at least 5 s, cut where one sentence ends in silence and the next begins.

    The chunks of the twenty are drawn into "train" and "val", as in the paper; all other talkers are "test".

    Args:
        everyone: list the others too.

    Raises:
        ConfigError: the folder is not laid out as VCTK, or holds none of the talkers.
    """
    sounds = next((root / name for name in ("wav48_silence_trimmed", "wav48") if (root / name).is_dir()), None)
    if sounds is None:
        raise ConfigError(f"{root} is not VCTK: neither wav48_silence_trimmed nor wav48 is in it")
    folders = sorted(p for p in sounds.iterdir() if p.is_dir() and (everyone or p.name in TWENTY))
    if not folders:
        raise ConfigError(f"{sounds} holds none of the twenty talkers of the paper; --vctk-all takes what is there")
    sexes = _sexes(root / "speaker-info.txt")
    return [r for f in track(folders, "Listing VCTK") for r in _talker(root, f, sexes.get(f.name))]


def _talker(root: Path, folder: Path, sex: str | None) -> Iterator[Recording]:
    pieces: list[Piece] = []
    texts: list[str] = []
    length = 0.0
    for path in sorted([*folder.glob("*_mic1.flac"), *folder.glob("*.wav")]):
        name = path.stem.removesuffix("_mic1")
        piece = _spoken(path)
        if piece is None:
            continue
        pieces.append(piece)
        said = root / "txt" / folder.name / f"{name}.txt"
        texts.append(said.read_text("utf8").strip() if said.is_file() else "")
        length += (piece.end or 0.0) - piece.begin
        if length >= SHORTEST:
            yield _chunk(folder.name, sex, pieces, texts)
            pieces, texts, length = [], [], 0.0
    # What is left at the end is shorter than a chunk, and goes.


def _chunk(talker: str, sex: str | None, pieces: list[Piece], texts: list[str]) -> Recording:
    first = pieces[0]
    name = f"vctk/{first.path.stem.removesuffix('_mic1')}"
    return Recording(
        id=name,
        kind="real",
        split=drawn_split(name, val=0.05, test=0.0) if talker in TWENTY else "test",
        path=first.path,
        begin=first.begin,
        end=first.end,
        more=tuple(pieces[1:]),
        talker=f"vctk_{talker}",
        sex=sex,
        text=" ".join(texts) if all(texts) else None,
        lang="en",
    )


def _spoken(path: Path) -> Piece | None:
    """The part of a file that is speech; None if it has none, and a file that cannot be read stands as it is, to be
    named and skipped when it is prepared."""
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        return Piece(path)
    begin, end = speech_span(samples.mean(axis=1), rate)
    return Piece(path, begin, end) if end > begin else None


def _sexes(table: Path) -> dict[str, str]:
    """Talker -> "F" or "M"; 0.80 writes 225 for p225."""
    if not table.is_file():
        return {}
    rows = (line.split() for line in table.read_text("utf8").splitlines()[1:])
    return {f"p{r[0]}" if r[0].isdigit() else r[0]: r[2] for r in rows if len(r) > 2 and r[2] in ("F", "M")}
