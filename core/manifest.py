"""What a bundle says of itself: manifest.json, read with all that can be checked without its other files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from core import spec
from core.errors import BundleError

FORMAT = 1
GRAPHS = ("encoder", "decoder", "vocoder")
MANIFEST_FILE = "manifest.json"
AGAIN = "get the bundle anew or name another with --bundle"

_FLOWS = (
    ("encoder", "codes", "decoder", "codes"),
    ("encoder", "prosody", "decoder", "prosody"),
    ("decoder", "mel", "vocoder", "mel"),
    ("decoder", "f0", "vocoder", "f0"),
    ("decoder", "voicing", "vocoder", "voicing"),
)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the bundle in `folder`.

    Raises:
        BundleError: there is none, it is of another format version, or what it says does not fit together.
    """
    manifest = _parsed(folder)
    _check_numbers(folder, manifest)
    _check_shapes(folder, manifest)
    return manifest


def store_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write it beside and rename.

    Raises:
        BundleError: the folder cannot be written.
    """
    beside = folder / f".{MANIFEST_FILE}.{os.getpid()}"
    try:
        beside.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(folder / MANIFEST_FILE)
    except OSError as error:
        raise BundleError(f"cannot write {folder / MANIFEST_FILE}: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


def _parsed(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST_FILE
    if not folder.is_dir():
        raise BundleError(f"{folder}: no such bundle folder; name one with --bundle")
    if not path.is_file():
        raise BundleError(f"{folder} has no {MANIFEST_FILE}, so it is no bundle; {AGAIN}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}); {AGAIN}") from error
    if not isinstance(manifest, dict):
        raise BundleError(f"{path} is no manifest; {AGAIN}")
    if manifest.get("format") != FORMAT:
        raise BundleError(
            f"{folder} is of bundle format {manifest.get('format')!r}, this Voxveil reads format {FORMAT}; "
            "update the older of the two"
        )
    return manifest


def _check_numbers(folder: Path, manifest: dict[str, Any]) -> None:
    kinds: dict[str, type] = {
        "name": str,
        "default_voice": str,
        "delay": int,
        "voice_dim": int,
        "files": dict,
        "graphs": dict,
    }
    for key, kind in kinds.items():
        if not isinstance(manifest.get(key), kind):
            raise BundleError(f"{folder / MANIFEST_FILE} lacks a proper '{key}'; {AGAIN}")
    for key, wanted in (("sample_rate", spec.SAMPLE_RATE), ("hop", spec.HOP), ("block", spec.BLOCK)):
        if manifest.get(key) != wanted:
            raise BundleError(f"{folder}: its {key} is {manifest.get(key)!r}, this Voxveil runs at {wanted}; {AGAIN}")
    if not 0 <= manifest["delay"] <= spec.SAMPLE_RATE:
        raise BundleError(
            f"{folder}: its delay of {manifest['delay']} samples is outside 0..{spec.SAMPLE_RATE}; {AGAIN}"
        )


def _check_shapes(folder: Path, manifest: dict[str, Any]) -> None:
    wanted = {
        ("encoder", "inputs", "audio"): [1, spec.BLOCK],
        ("encoder", "outputs", "prosody"): [1, spec.FRAMES, 3],
        ("decoder", "inputs", "voice"): [1, manifest["voice_dim"]],
        ("decoder", "inputs", "knob"): [1, 1],
        ("decoder", "outputs", "mel"): [1, spec.FRAMES, spec.MELS],
        ("vocoder", "inputs", "noise"): [1, spec.BLOCK],
        ("vocoder", "outputs", "audio"): [1, spec.BLOCK],
    }
    graphs = manifest["graphs"]
    try:
        for (graph, side, name), shape in wanted.items():
            found = graphs[graph][side][name]
            if found != shape:
                raise BundleError(f"{folder}: {name} of its {graph} has shape {found}, not {shape}; {AGAIN}")
        for giver, out_name, taker, in_name in _FLOWS:
            given, taken = graphs[giver]["outputs"][out_name], graphs[taker]["inputs"][in_name]
            if given != taken:
                raise BundleError(f"{folder}: {giver} gives {out_name} {given}, {taker} takes {taken}; {AGAIN}")
        for graph in GRAPHS:
            before, after = graphs[graph]["inputs"]["state"], graphs[graph]["outputs"]["state_out"]
            if before != after:
                raise BundleError(f"{folder}: the state of its {graph} goes in as {before}, out as {after}; {AGAIN}")
    except (KeyError, TypeError) as error:
        raise BundleError(f"{folder / MANIFEST_FILE} does not describe {error} of its graphs; {AGAIN}") from error
