"""Real talkers: a folder of audio with a `manifest.jsonl` that tells who says what."""

from __future__ import annotations

import json
from pathlib import Path

from core.errors import ConfigError
from training.data.recording import Recording, drawn_split


def list_talkers(folder: Path, heldout: dict[str, str] | None = None) -> list[Recording]:
    """All lines of `manifest.jsonl` (`file, talker, sex, text`, perhaps `lang`).

    Args:
        heldout: talker -> "val" or "test"; the others are trained on. None draws a split by talker.

    Raises:
        ConfigError: there is no manifest.
    """
    manifest = folder / "manifest.jsonl"
    if not manifest.is_file():
        raise ConfigError(f"{manifest}: no such file; for audio without a manifest use --plain")
    lines = [json.loads(line) for line in manifest.read_text("utf8").splitlines() if line.strip()]
    return [
        Recording(
            id=line["file"],
            kind="real",
            split=drawn_split(line["talker"]) if heldout is None else heldout.get(line["talker"], "train"),
            path=folder / line["file"],
            talker=line["talker"],
            sex=line.get("sex"),
            text=line.get("text"),
            lang=line.get("lang", "en"),
        )
        for line in lines
    ]
