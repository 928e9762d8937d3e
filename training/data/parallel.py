"""Aligned parallel speech: each sentence by a source and a target talker, with exact F0 and phonemes.

Layout, for `NAME.jsonl` with a line an utterance (`id, text, lang, src, tgt, …`): folder `NAME/` with `ID_src.*` and
`ID_tgt.*`, `NAME_labels.npz` (`f0_src, f0_tgt, f0_offsets, phoneme_ids, phoneme_frames, phoneme_offsets`; F0 every 12.5
ms, phoneme frames of 25 ms) and `phoneme_vocab.json` (`{"vocab": {symbol: id}}`) beside it. `voxveil data synthesize`
writes the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ConfigError
from training.data.recording import Exact, Recording, drawn_split

PHONEME_FRAME = 0.025
HELD_VOICES: dict[str, str] = {
    "zf_xiaoyi": "val",
    "af_sarah": "val",
    "hf_beta": "test",
    "hm_omega": "test",
}
"""Source timbres that training never hears: any sentence with one of them belongs to that split; "test"
wins over "val"."""


def list_parallel(listing: Path) -> list[Recording]:
    """All utterances of one listing.

    Utterances with a held-out source voice, and others of the same sentences, are "val" or "test". If there are none,
    the split is drawn by sentence.

    Raises:
        ConfigError: the listing or what belongs beside it is missing or does not fit.
    """
    folder, labels = listing.with_suffix(""), listing.with_name(f"{listing.stem}_labels.npz")
    vocabulary = listing.with_name("phoneme_vocab.json")
    for path in (listing, folder, labels, vocabulary):
        if not path.exists():
            raise ConfigError(f"{path}: no such file; parallel speech needs it beside {listing.name}")
    lines = [json.loads(line) for line in listing.read_text("utf8").splitlines() if line.strip()]
    symbols = {i: s for s, i in json.loads(vocabulary.read_text("utf8"))["vocab"].items()}
    with np.load(labels, allow_pickle=False) as arrays:
        exact = {name: arrays[name] for name in arrays.files}
    if len(exact["f0_offsets"]) != len(lines) + 1:
        raise ConfigError(f"{labels} has labels for {len(exact['f0_offsets']) - 1} of {len(lines)} utterances")
    files = {path.stem: path for path in folder.iterdir()}
    splits = _splits(lines)
    return [_recording(i, line, splits[i], files, folder, exact, symbols) for i, line in enumerate(lines)]


def _splits(lines: list[dict[str, Any]]) -> list[str]:
    held: dict[str, str] = {}
    for line in lines:
        first, second, weight = line["src"]
        for voice in (first, second) if weight > 0 else (first,):
            if voice in HELD_VOICES:
                held[line["text"]] = min(HELD_VOICES[voice], held.get(line["text"], "val"))
    if held:
        return [held.get(line["text"], "train") for line in lines]
    return [drawn_split(line["text"]) for line in lines]


def _recording(
    i: int,
    line: dict[str, Any],
    split: str,
    files: dict[str, Path],
    folder: Path,
    exact: dict[str, np.ndarray],
    symbols: dict[int, str],
) -> Recording:
    name = line["id"]
    first, second, weight = line["src"]
    f0, phones = (slice(*exact[f"{key}_offsets"][i : i + 2]) for key in ("f0", "phoneme"))
    return Recording(
        id=name,
        kind="parallel",
        split=split,
        path=files.get(f"{name}_src", folder / f"{name}_src.opus"),
        partner=files.get(f"{name}_tgt", folder / f"{name}_tgt.opus"),
        text=line["text"],
        lang=line["lang"],
        src_voice=(first, second, float(weight)),
        tgt_voice=line["tgt"],
        exact=Exact(
            exact["f0_src"][f0],
            exact["f0_tgt"][f0],
            tuple(symbols.get(int(c), "") for c in exact["phoneme_ids"][phones]),
            exact["phoneme_frames"][phones] * PHONEME_FRAME,
        ),
    )
