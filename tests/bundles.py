"""Bundles for tests: copies of the default one that may be broken at will."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.bundle import FIXED_FILES, MANIFEST_FILE, default_bundle_path


def copy_default(folder: Path) -> Path:
    """The default bundle's files without its provenance, in a folder that a test may change."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*FIXED_FILES, MANIFEST_FILE):
        shutil.copyfile(default_bundle_path() / name, folder / name)
    return folder


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Let `change` alter the manifest in place, and write it back."""
    path = folder / MANIFEST_FILE
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")
