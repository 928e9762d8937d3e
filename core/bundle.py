"""The bundle: a folder with three graphs, a voice bank and a manifest that vouches for them (docs/bundle.md)."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import spec
from core.assets import default_bundle_path
from core.errors import BundleError, VoiceError
from core.voices import VoiceBank

FORMAT = 1
GRAPHS = ("encoder", "decoder", "vocoder")
VOICES_FILE = "voices.safetensors"
MANIFEST_FILE = "manifest.json"
FIXED_FILES = (*(f"{name}.onnx" for name in GRAPHS), VOICES_FILE)

Shapes = dict[str, dict[str, dict[str, list[int]]]]
"""For each graph: "inputs" and "outputs", each a shape by name."""

_AGAIN = "get the bundle anew or name another with --bundle"
_FLOWS = (
    ("encoder", "codes", "decoder", "codes"),
    ("encoder", "prosody", "decoder", "prosody"),
    ("decoder", "mel", "vocoder", "mel"),
    ("decoder", "f0", "vocoder", "f0"),
    ("decoder", "voicing", "vocoder", "voicing"),
)


@dataclass(frozen=True)
class Bundle:
    """A bundle that was checked. `manifest` is the parsed manifest.json; `voices` the bank."""

    path: Path
    manifest: dict[str, Any]
    voices: VoiceBank

    @classmethod
    def load(cls, path: Path | str | None = None, verify: bool = True) -> Bundle:
        """Read a bundle.

        Args:
            path: its folder; None for the default bundle.
            verify: also compare every file's sha256 with the manifest's (some 30 ms for 20 MB).

        Raises:
            BundleError: a file is missing or altered, another format version, or shapes that do not fit.
        """
        folder = default_bundle_path() if path is None else Path(path)
        manifest = _read_manifest(folder)
        _check_numbers(folder, manifest)
        _check_shapes(folder, manifest)
        for name in FIXED_FILES:
            _check_file(folder, name, manifest["files"], verify)
        try:
            voices = VoiceBank.load(folder / VOICES_FILE)
        except VoiceError as error:
            raise BundleError(str(error)) from error
        if voices.dim != manifest["voice_dim"]:
            raise BundleError(
                f"{folder}: its voices have {voices.dim} numbers, its graphs want {manifest['voice_dim']}; {_AGAIN}"
            )
        if manifest["default_voice"] not in voices:
            raise BundleError(f"{folder}: its default voice '{manifest['default_voice']}' is not in its bank; {_AGAIN}")
        return cls(folder, manifest, voices)

    @property
    def name(self) -> str:
        """What the bundle calls itself."""
        return str(self.manifest["name"])

    @property
    def delay(self) -> int:
        """Samples between an input sample and the output sample that stands for it."""
        return int(self.manifest["delay"])

    @property
    def latency_ms(self) -> float:
        """Algorithmic latency in milliseconds: one block that must fill, and the delay."""
        return 1000.0 * (int(self.manifest["block"]) + self.delay) / spec.SAMPLE_RATE

    @property
    def voice_dim(self) -> int:
        """V, the numbers of one voice row."""
        return int(self.manifest["voice_dim"])

    @property
    def default_voice(self) -> str:
        """The voice used when none is named."""
        return str(self.manifest["default_voice"])

    @property
    def precision(self) -> str:
        """How the graphs' weights are stored, in words; "float16" where a manifest does not say."""
        return str(self.manifest.get("precision", "float16"))

    def graph_path(self, name: str) -> Path:
        """The file of a graph: "encoder", "decoder" or "vocoder"."""
        return self.path / f"{name}.onnx"

    def inputs(self, graph: str) -> dict[str, list[int]]:
        """The shapes of a graph's inputs by name."""
        return dict(self.manifest["graphs"][graph]["inputs"])


def write_manifest(
    folder: Path | str,
    *,
    name: str,
    created: str,
    delay: int,
    graphs: Shapes,
    codebooks: list[int],
    default_voice: str,
    licence: str,
    provenance: dict[str, Any],
    measured: dict[str, Any],
    precision: str = "float32",
) -> Bundle:
    """Hash the files of a bundle, write its manifest.json last (beside and renamed), and load it again as a check.

    Args:
        folder: holds the three graphs and voices.safetensors already.
        created: date as YYYY-MM-DD.
        delay: samples at 24 kHz, computed from the layers.
        graphs: shapes by graph, as `export.graphs.export_graphs` returns them.
        precision: how the graphs' weights are stored, in words.
        codebooks: entries per level, bottom first; level i runs at 50 / 2**i codes a second.

    Raises:
        BundleError: what was written does not load.
    """
    folder = Path(folder)
    for file in FIXED_FILES:
        if not (folder / file).is_file():
            raise BundleError(f"{folder}: {file} is missing, so no manifest can be written")
    manifest = {
        "format": FORMAT,
        "name": name,
        "created": created,
        "sample_rate": spec.SAMPLE_RATE,
        "hop": spec.HOP,
        "block": spec.BLOCK,
        "delay": delay,
        "voice_dim": VoiceBank.load(folder / VOICES_FILE).dim,
        "codebooks": codebooks,
        "code_rates_hz": [50.0 / 2**level for level in range(len(codebooks))],
        "graphs": {graph: {"file": f"{graph}.onnx", **shapes} for graph, shapes in graphs.items()},
        "precision": precision,
        "files": {file: _sha256(folder / file) for file in FIXED_FILES},
        "default_voice": default_voice,
        "licence": licence,
        "provenance": provenance,
        "measured": measured,
    }
    _store(folder, manifest)
    return Bundle.load(folder)


def replace_voices(bundle: Bundle, voices: VoiceBank) -> Bundle:
    """Write another voice bank into a bundle and vouch for it in the manifest.

    Raises:
        BundleError: the folder cannot be written, or the bank does not fit (another V, no default voice).
    """
    if voices.dim != bundle.voice_dim:
        raise BundleError(f"these voices have {voices.dim} numbers; the bundle wants {bundle.voice_dim}")
    if bundle.default_voice not in voices:
        raise BundleError(f"'{bundle.default_voice}' is the bundle's default voice and has to stay in it")
    try:
        voices.save(bundle.path / VOICES_FILE)
    except VoiceError as error:
        raise BundleError(str(error)) from error
    files = {**bundle.manifest["files"], VOICES_FILE: _sha256(bundle.path / VOICES_FILE)}
    _store(bundle.path, {**bundle.manifest, "files": files})
    return Bundle.load(bundle.path)


def _store(folder: Path, manifest: dict[str, Any]) -> None:
    beside = folder / f".{MANIFEST_FILE}.{os.getpid()}"
    try:
        beside.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(folder / MANIFEST_FILE)
    except OSError as error:
        raise BundleError(f"cannot write {folder / MANIFEST_FILE}: {error.strerror or error}") from error
    finally:
        beside.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST_FILE
    if not folder.is_dir():
        raise BundleError(f"{folder}: no such bundle folder; name one with --bundle")
    if not path.is_file():
        raise BundleError(f"{folder} has no {MANIFEST_FILE}, so it is no bundle; {_AGAIN}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read ({error}); {_AGAIN}") from error
    if not isinstance(manifest, dict):
        raise BundleError(f"{path} is no manifest; {_AGAIN}")
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
            raise BundleError(f"{folder / MANIFEST_FILE} lacks a proper '{key}'; {_AGAIN}")
    for key, wanted in (("sample_rate", spec.SAMPLE_RATE), ("hop", spec.HOP), ("block", spec.BLOCK)):
        if manifest.get(key) != wanted:
            raise BundleError(f"{folder}: its {key} is {manifest.get(key)!r}, this Voxveil runs at {wanted}; {_AGAIN}")
    if not 0 <= manifest["delay"] <= spec.SAMPLE_RATE:
        raise BundleError(
            f"{folder}: its delay of {manifest['delay']} samples is outside 0..{spec.SAMPLE_RATE}; {_AGAIN}"
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
                raise BundleError(f"{folder}: {name} of its {graph} has shape {found}, not {shape}; {_AGAIN}")
        for giver, out_name, taker, in_name in _FLOWS:
            given, taken = graphs[giver]["outputs"][out_name], graphs[taker]["inputs"][in_name]
            if given != taken:
                raise BundleError(f"{folder}: {giver} gives {out_name} {given}, {taker} takes {taken}; {_AGAIN}")
        for graph in GRAPHS:
            before, after = graphs[graph]["inputs"]["state"], graphs[graph]["outputs"]["state_out"]
            if before != after:
                raise BundleError(f"{folder}: the state of its {graph} goes in as {before}, out as {after}; {_AGAIN}")
    except (KeyError, TypeError) as error:
        raise BundleError(f"{folder / MANIFEST_FILE} does not describe {error} of its graphs; {_AGAIN}") from error


def _check_file(folder: Path, name: str, files: dict[str, str], verify: bool) -> None:
    path = folder / name
    if not path.is_file():
        raise BundleError(f"{folder}: {name} is missing; {_AGAIN}")
    if name not in files:
        raise BundleError(f"{folder / MANIFEST_FILE} does not vouch for {name}; {_AGAIN}")
    if verify and _sha256(path) != files[name]:
        raise BundleError(f"{path} is not the file that the manifest vouches for (truncated or altered); {_AGAIN}")
