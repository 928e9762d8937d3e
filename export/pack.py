"""Packs a bundle: graphs, voices, manifest; written beside the destination and renamed when it loads."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from core.bundle import Bundle, Shapes, write_manifest
from core.errors import ConfigError
from core.manifest import MANIFEST_FILE
from core.voices import VoiceBank, VoiceInfo
from export.compact import PRECISION, round_weights, store_half
from export.eight_bits import quantise_bundle
from export.graphs import export_graphs
from model.live import LiveModel

LICENCE = (
    "Model weights: CC BY 4.0. Trained on speech rendered with Kokoro-82M (Apache-2.0; sentences from Debian's fortune "
    "collections) and on real speech under CC BY 4.0: LibriSpeech (Panayotov et al. 2015) and speechocean762 "
    "(Zhang et al. 2021). The content network began as the encoder of Whisper tiny (Radford et al. 2022, MIT licence)."
)


def bank_from_recipes(model: LiveModel, names: list[str], recipes: list[dict[str, Any]]) -> VoiceBank:
    """The voices of configs/voices.yaml out of the model's voice table.

    Args:
        names: of the table's rows.
        recipes: entries with `name`, `sex`, `of` (row name to weight) and, if wanted, `f0` (semitones).

    Raises:
        ConfigError: a recipe names a row that the table lacks.
    """
    rows, infos = [], []
    for recipe in recipes:
        row = np.zeros(model.config.voice_dim + 2)
        for source, weight in recipe["of"].items():
            if source not in names:
                raise ConfigError(
                    f"voice '{recipe['name']}': the model has no row '{source}'; it has {', '.join(names)}"
                )
            row += float(weight) * model.voice_row(names.index(source)).numpy()
        row /= sum(recipe["of"].values())
        row[-2] += float(recipe.get("f0", 0.0)) * np.log(2) / 12
        rows.append(row.astype(np.float32))
        infos.append(VoiceInfo(recipe["name"], recipe["sex"], recipe.get("note", ""), bool(recipe.get("added", False))))
    return VoiceBank(np.stack(rows), infos)


def refuse(destination: Path) -> None:
    """Raises ConfigError if there is something at `destination` that is no bundle: it would be replaced."""
    if destination.exists() and not (destination / MANIFEST_FILE).is_file():
        raise ConfigError(f"{destination} exists and is no bundle; name another folder")


def _read_recipes(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigError(f"--voices: {path}: no such file")
    try:
        recipes = yaml.safe_load(path.read_text("utf8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"--voices: {path} is not readable as YAML: {str(error).splitlines()[0]}") from error
    whole = isinstance(recipes, dict) and isinstance(recipes.get("voices"), list) and "default" in recipes
    if not whole or not all(isinstance(r, dict) and {"name", "sex", "of"} <= r.keys() for r in recipes["voices"]):
        raise ConfigError(f"--voices: {path} needs `default` and a list `voices` of name, sex and of")
    return recipes


def pack(
    model: LiveModel,
    names: list[str],
    voices: Path,
    destination: Path,
    bundle_name: str,
    provenance: dict[str, Any],
    bits: int = 16,
    check: Callable[[Bundle], None] | None = None,
    check_rounded: Callable[[Bundle, Bundle], None] | None = None,
) -> Bundle:
    """Export and pack.

    Args:
        names: of the rows of the model's voice table.
        voices: the YAML file with the bank's recipes.
        destination: folder of the bundle; replaced as a whole if it is a bundle already.
        bits: 32 stores weights as they are, 16 as float16 (they are rounded first, so that parity with torch holds), 8
            large matrices in 8 bits and the rest as float16.
        check: gets the float bundle before anything is put in place; what it raises leaves things as they were.
        check_rounded: the same for the float bundle and the one in 8 bits.

    Raises:
        ConfigError: `destination` is something else than a bundle, or a recipe is wrong.
    """
    refuse(destination)
    recipes = _read_recipes(voices)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "bundle"
        folder.mkdir()
        shapes = export_halves(model, folder) if bits < 32 else export_graphs(model, folder)
        bank_from_recipes(model, names, recipes["voices"]).save(folder / "voices.safetensors")
        write_manifest(
            folder,
            name=bundle_name,
            created=datetime.date.today().isoformat(),
            delay=model.delay,
            graphs=shapes,
            codebooks=list(model.config.entries),
            default_voice=recipes["default"],
            licence=LICENCE,
            provenance={**provenance, "voices": {r["name"]: r["of"] for r in recipes["voices"]}},
            measured={},
            precision=PRECISION if bits < 32 else "float32",
        )
        exact = Bundle.load(folder)
        if check is not None:
            check(exact)
        if bits == 8:
            return pack_rounded(exact, destination, check_rounded)
        return put(folder, destination)


def export_halves(model: LiveModel, folder: Path) -> Shapes:
    """As `export_graphs`, with weights in half precision; those of the model are rounded to it."""
    round_weights(model)
    shapes = export_graphs(model, folder)
    for graph in shapes:
        store_half(folder / f"{graph}.onnx")
    return shapes


def pack_rounded(exact: Bundle, destination: Path, check: Callable[[Bundle, Bundle], None] | None = None) -> Bundle:
    """A bundle whose large matrices are in 8 bits, out of one that holds them as float16.

    Args:
        check: gets both before the new one is put in place; what it raises leaves things as they were.

    Raises:
        ConfigError: `destination` is something else than a bundle.
    """
    refuse(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".bundle-") as scratch:
        rounded = quantise_bundle(exact, Path(scratch) / "bundle")
        if check is not None:
            check(exact, rounded)
        return put(rounded.path, destination)


def put(folder: Path, destination: Path) -> Bundle:
    """Move a finished bundle to where it shall be."""
    if destination.exists():
        shutil.rmtree(destination)
    folder.rename(destination)
    return Bundle.load(destination)
