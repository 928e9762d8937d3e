"""Bundles for tests: copies of the default one that may be broken at will."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from core.assets import default_bundle_path
from core.bundle import FIXED_FILES
from core.manifest import MANIFEST_FILE


def copy_default(folder: Path, own: Collection[str] = ()) -> Path:
    """The default bundle in a folder that a test may change.

    Args:
        own: graphs that the test writes into; these are copied. The other graphs are links, because they are large.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*FIXED_FILES, MANIFEST_FILE):
        source = default_bundle_path() / name
        if name.endswith(".onnx") and name not in own:
            (folder / name).symlink_to(source)
        else:
            shutil.copyfile(source, folder / name)
    return folder


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Let `change` alter the manifest in place, and write it back."""
    path = folder / MANIFEST_FILE
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")
