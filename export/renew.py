"""The graphs of a bundle in 8 bits written anew: the same weights, the way through them that the model takes today."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from core.bundle import VOICES_FILE, Bundle, write_manifest
from export.compact import PRECISION, round_weights, store_half
from export.eight_bits import held_matrices, quantise_bundle
from export.graphs import export_graphs
from export.pack import put, refuse
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
    round_weights(model)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "float"
        folder.mkdir()
        shapes = export_graphs(model, folder)
        for graph in shapes:
            store_half(folder / f"{graph}.onnx")
        shutil.copy(source.path / VOICES_FILE, folder)
        held = source.manifest
        halves = write_manifest(
            folder,
            name=source.name,
            created=held["created"],
            delay=source.delay,
            graphs=shapes,
            codebooks=held["codebooks"],
            default_voice=source.default_voice,
            licence=held["licence"],
            provenance=held["provenance"],
            measured={},
            precision=PRECISION,
        )
        made = quantise_bundle(halves, Path(scratch) / "bundle", held_matrices(source), held["measured"])
        check(source, made)
        return put(made.path, destination)
