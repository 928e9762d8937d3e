"""What the app remembers: one JSON file in the platform's configuration folder, written beside and renamed."""

from __future__ import annotations

import contextlib
import json
import math
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from platformdirs import user_config_path, user_music_path
from PySide6.QtCore import QTimer

from core.assets import BALANCED, LOW
from realtime.config import GAIN_RANGE_DB, GATE_OFF_DB

FILE_NAME = "app.json"
RANGES = {"prosody": (0.0, 1.0), "gain_db": GAIN_RANGE_DB, "gate_db": (GATE_OFF_DB, 0.0)}
ENTRIES = {"people": dict, "favourites": str, "presets": dict}
"""Of lists: what stands in them."""
TEXTS_BY_NAME = ("device_names", "own_bundles")


@dataclass
class Settings:
    """All choices of the user; plain JSON values only."""

    delay: str = ""
    own_bundles: dict[str, str] = field(default_factory=dict)
    microphone: str = ""
    output: str = ""
    monitor: str = ""
    device_names: dict[str, str] = field(default_factory=dict)
    voice: dict[str, Any] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    favourites: list[str] = field(default_factory=list)
    presets: list[dict[str, Any]] = field(default_factory=list)
    prosody: float = 1.0
    gain_db: float = 0.0
    gate_db: float = GATE_OFF_DB
    mute_key: str = "Ctrl+Alt+M"
    start_muted: bool = False
    push_to_talk: bool = False
    close_to_tray: bool | None = None
    welcomed: bool = False
    theme: str = "system"
    language: str = "system"
    record_folder: str = ""
    geometry: str = ""

    def recordings(self) -> Path:
        """The folder that recordings go to."""
        return Path(self.record_folder) if self.record_folder else user_music_path() / "Voxveil"


def config_folder() -> Path:
    """The platform's configuration folder, or the one named by VOXVEIL_CONFIG_DIR (portable use, tests)."""
    named = os.environ.get("VOXVEIL_CONFIG_DIR")
    return Path(named) if named else user_config_path("voxveil", appauthor=False)


class SettingsStore:
    """Loads and saves `Settings`; a file that cannot be read is kept aside and defaults are used."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or config_folder()) / FILE_NAME
        self.values = self._load()
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save)

    def save_soon(self) -> None:
        """Write when the user has stopped dragging for half a second."""
        self._timer.start(500)

    def save(self) -> None:
        """Write atomically; a full or read-only disk must never stop a call, so it is not an error here."""
        self._timer.stop()
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".tmp")
            beside.write_text(json.dumps(asdict(self.values), indent=1, ensure_ascii=False), encoding="utf-8")
            beside.replace(self.path)

    def _load(self) -> Settings:
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(stored, dict):
                raise ValueError("not an object")
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError):
            self._set_aside()
            return Settings()
        return _from_json(stored)

    def _set_aside(self) -> None:
        with contextlib.suppress(OSError):
            self.path.replace(self.path.with_suffix(".broken"))


def _from_json(stored: dict[str, Any]) -> Settings:
    """Take what fits; an entry of the wrong type keeps its default (files are edited and outlive versions)."""
    stored = {**_as_two_were_kept(stored), **stored}
    settings = Settings()
    for entry in fields(Settings):
        value = stored.get(entry.name)
        default = getattr(settings, entry.name)
        if isinstance(default, bool) or default is None:
            fits = isinstance(value, bool)
        elif isinstance(default, float):
            fits = isinstance(value, int | float) and not isinstance(value, bool)
            value = float(value) if fits and value is not None else value
        else:
            fits = isinstance(value, type(default))
        if fits:
            setattr(settings, entry.name, _sane(entry.name, value))
    return settings


def _as_two_were_kept(stored: dict[str, Any]) -> dict[str, Any]:
    """What versions until November 2026 wrote of bundles: one entry for each, and which of two."""
    copies = {name: stored[key] for key, name in (("bundle", BALANCED), ("low_bundle", LOW)) if stored.get(key)}
    low = stored.get("low_delay")
    return {"own_bundles": copies, "delay": "" if low is None else LOW if low else BALANCED}


def _sane(name: str, value: Any) -> Any:
    """What others may rely on: entries of lists have their type, numbers lie where the engine takes them."""
    if name in RANGES:
        low, high = RANGES[name]
        return min(max(value, low), high) if math.isfinite(value) else getattr(Settings(), name)
    if name in ENTRIES:
        return [one for one in value if isinstance(one, ENTRIES[name])]
    if name in TEXTS_BY_NAME:
        return {key: one for key, one in value.items() if isinstance(one, str)}
    return value
