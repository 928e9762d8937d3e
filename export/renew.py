"""The graphs of a bundle in 8 bits written anew: the same weights, the way through them that the model takes today."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from core.bundle import VOICES_FILE, Bundle, write_manifest_like
from export.compact import PRECISION
from export.eight_bits import quantise_bundle
from export.pack import export_halves, put, refuse
from export.reverse import model_from_bundle


def renew(source: Bundle, destination: Path, check: Callable[[Bundle, Bundle], None]) -> Bundle:
    """Write the bundle with today's graphs. Voices, provenance and what was measured stay; weights too, to the bit.

    Args:
        destination: folder of the new bundle; replaced as a whole if it is a bundle already.
        check: gets the old and the new bundle before that is put in place; what it raises leaves things as they were.

    Raises:
        BundleError: the graphs are not of this version's model.
        ConfigError: `destination` is something else than a bundle.
    """
    refuse(destination)
    model = model_from_bundle(source)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "halves"
        folder.mkdir()
        shapes = export_halves(model, folder)
        shutil.copy(source.path / VOICES_FILE, folder)
        halves = write_manifest_like(source, folder, {}, PRECISION, shapes)
        made = quantise_bundle(halves, Path(scratch) / "bundle", before=source)
        check(source, made)
        return put(made.path, destination)
