"""What ships with Voxveil, in a clone as in an installed wheel."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def default_bundle_path() -> Path:
    """The bundle that is used when none is named."""
    return ASSETS / "bundle"


def sample_path() -> Path:
    """Ten seconds of real speech (assets/sample/LICENCE.md says whose)."""
    return ASSETS / "sample" / "speech.flac"
