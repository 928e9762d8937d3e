"""LibriTTS and LibriSpeech: `[SUBSET/]TALKER/CHAPTER/*`, texts beside the sound, `SPEAKERS.txt` or `.tsv` above."""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigError
from training.data.plain import audio_files
from training.data.recording import Recording, drawn_split


def list_libri(root: Path, heldout: dict[str, str] | None = None) -> list[Recording]:
    """All utterances below `root` (the whole corpus or one subset of it).

    Subsets named dev-* are "val", test-* are "test"; in the others the split is drawn by talker. Talkers `ls_NUMBER`
    whom `heldout` names (talker -> "val" or "test") are kept out, whatever subset they stand in. LibriTTS: each sound
    has a `NAME.normalized.txt`. LibriSpeech: each chapter has a `TALKER-CHAPTER.trans.txt` with a line `ID TEXT` each.

    Raises:
        ConfigError: no such folder, or no sound that stands in a talker's and a chapter's folder.
    """
    sexes = _sexes(root)
    texts: dict[Path, dict[str, str]] = {}
    found = []
    for path in audio_files(root):
        chapter, talker = path.parent.name, path.parent.parent.name
        if not (chapter.isdigit() and talker.isdigit()):
            continue
        if path.parent not in texts:
            texts[path.parent] = _chapter_texts(path.parent)
        own = path.with_name(f"{path.stem}.normalized.txt")
        text = own.read_text("utf8").strip() if own.is_file() else texts[path.parent].get(path.stem)
        found.append(
            Recording(
                id=f"libri/{path.stem}",
                kind="real",
                split=(heldout or {}).get(f"ls_{talker}") or _split(path.parent.parent.parent.name, talker),
                path=path,
                talker=f"ls_{talker}",
                sex=sexes.get(talker),
                text=text,
                lang="en",
            )
        )
    if not found:
        raise ConfigError(f"{root} is not laid out as LibriTTS or LibriSpeech (TALKER/CHAPTER/ID.flac or .wav)")
    return found


def _split(subset: str, talker: str) -> str:
    for prefix, split in (("dev", "val"), ("test", "test")):
        if subset.startswith(prefix):
            return split
    return drawn_split(talker)


def _chapter_texts(chapter: Path) -> dict[str, str]:
    lines = (line for path in sorted(chapter.glob("*.trans.txt")) for line in path.read_text("utf8").splitlines())
    return {name: text for name, _, text in (line.partition(" ") for line in lines)}


def _sexes(root: Path) -> dict[str, str]:
    """Talker -> "F" or "M", from the tables of either corpus, which stand in the root or above a subset."""
    for folder in (root, root.parent):
        for name, mark in (("SPEAKERS.txt", "|"), ("SPEAKERS.TXT", "|"), ("speakers.tsv", "\t")):
            if (folder / name).is_file():
                lines = (folder / name).read_text("utf8").splitlines()
                rows = ([cell.strip() for cell in line.split(mark)] for line in lines if not line.startswith(";"))
                return {row[0]: row[1] for row in rows if len(row) > 1 and row[1] in ("F", "M")}
    return {}
