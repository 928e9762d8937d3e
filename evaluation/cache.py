"""Results of each stage on disk, by what went in: an interrupted evaluation goes on, a changed bundle starts anew."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class Cache:
    """A folder with one file for each (stage, input). Files are written beside and renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def value(self, stage: str, key: str, make: Callable[[], Any]) -> Any:
        """What `make` gives (anything JSON can hold; NaN too), computed at most once for `stage` and `key`."""
        file = self._file(stage, key, ".json")
        if file.is_file():
            return json.loads(file.read_text("utf8"))
        value = make()
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(value), "utf8")
        beside.replace(file)
        return value

    def array(self, stage: str, key: str, make: Callable[[], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """The same for a float32 array (sound, embeddings); kept in half precision where `stage` ends in "-half"."""
        file = self._file(stage, key, ".npy")
        if file.is_file():
            return np.asarray(np.load(file, allow_pickle=False), dtype=np.float32)
        value = np.asarray(make(), dtype=np.float32)
        beside = file.with_suffix(f".{os.getpid()}")
        with beside.open("wb") as out:
            np.save(out, value.astype(np.float16) if stage.endswith("-half") else value, allow_pickle=False)
        beside.replace(file)
        return np.asarray(np.load(file, allow_pickle=False), dtype=np.float32)

    def _file(self, stage: str, key: str, suffix: str) -> Path:
        folder = self.folder / stage
        folder.mkdir(parents=True, exist_ok=True)
        return folder / (hashlib.sha256(key.encode()).hexdigest()[:32] + suffix)


def fingerprint(samples: npt.NDArray[np.float32]) -> str:
    """Name of a sound by its samples."""
    return hashlib.sha256(samples.tobytes()).hexdigest()
