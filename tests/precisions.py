"""The default bundle in both precisions, whichever of them ships."""

from __future__ import annotations

import json
from functools import cache

from core.bundle import Bundle
from export.eight_bits import PRECISION, quantise_bundle
from export.pack import pack
from export.reverse import model_from_bundle
from tests import small_bundle


@cache
def exact() -> Bundle:
    """With float weights: what ships, or an export of the numbers that its bytes stand for."""
    shipped = Bundle.load()
    if shipped.precision != PRECISION:
        return shipped
    names = shipped.voices.names
    recipes = small_bundle.folder() / "shipped.yaml"
    voices = [{"name": name, "sex": "?", "of": {name: 1.0}} for name in names]
    recipes.write_text(json.dumps({"default": shipped.default_voice, "voices": voices}), "utf8")
    provenance = {"config": shipped.manifest["provenance"]["config"]}
    return pack(model_from_bundle(shipped), names, recipes, small_bundle.folder() / "exact", "float", provenance)


@cache
def rounded() -> Bundle:
    """With large matrices in 8 bits: what ships, or made of it."""
    shipped = Bundle.load()
    return shipped if shipped.precision == PRECISION else quantise_bundle(shipped, small_bundle.folder() / "rounded")
