"""What ships with Voxveil, in a clone as in an installed wheel."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"


LOW, BALANCED = "low", "balanced"
DEFAULT = LOW
SHIPPED = {LOW: ASSETS / "bundle_low", BALANCED: ASSETS / "bundle"}
"""The bundles that ship, by name: the default one, and one that takes 10 ms more and keeps more of the melody."""


def default_bundle_path() -> Path:
    """The bundle that is used when none is named."""
    return SHIPPED[DEFAULT]


def bundle_path(named: Path | str | None) -> Path:
    """The folder of a bundle: the default one's, that which is named, or, where there is none, one that ships."""
    if named is None:
        return default_bundle_path()
    folder = Path(named)
    return folder if folder.exists() else SHIPPED.get(str(named), folder)


def sample_path() -> Path:
    """Ten seconds of real speech (assets/sample/LICENCE.md says whose)."""
    return ASSETS / "sample" / "speech.flac"
