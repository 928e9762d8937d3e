"""The bundle: a folder with three graphs, a voice bank and a manifest that vouches for them (docs/bundle.md)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import spec
from core.assets import bundle_path
from core.errors import BundleError, VoiceError
from core.manifest import AGAIN, FORMAT, GRAPHS, MANIFEST_FILE, read_manifest, store_manifest
from core.voices import VoiceBank

VOICES_FILE = "voices.safetensors"
FIXED_FILES = (*(f"{name}.onnx" for name in GRAPHS), VOICES_FILE)

Shapes = dict[str, dict[str, dict[str, list[int]]]]
"""For each graph: "inputs" and "outputs", each a shape by name."""


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
            path: its folder, or the name of one that ships (`core.assets.SHIPPED`); None for the default bundle.
            verify: also compare every file's sha256 with the manifest's (some 30 ms for 20 MB).

        Raises:
            BundleError: a file is missing or altered, another format version, or shapes that do not fit.
        """
        folder = bundle_path(path)
        manifest = read_manifest(folder)
        for name in FIXED_FILES:
            _check_file(folder, name, manifest["files"], verify)
        try:
            voices = VoiceBank.load(folder / VOICES_FILE)
        except VoiceError as error:
            raise BundleError(str(error)) from error
        if voices.dim != manifest["voice_dim"]:
            raise BundleError(
                f"{folder}: its voices have {voices.dim} numbers, its graphs want {manifest['voice_dim']}; {AGAIN}"
            )
        if manifest["default_voice"] not in voices:
            raise BundleError(f"{folder}: its default voice '{manifest['default_voice']}' is not in its bank; {AGAIN}")
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
        "files": {file: sha256_of(folder / file) for file in FIXED_FILES},
        "default_voice": default_voice,
        "licence": licence,
        "provenance": provenance,
        "measured": measured,
    }
    store_manifest(folder, manifest)
    return Bundle.load(folder)


def write_manifest_like(
    source: Bundle, folder: Path, measured: dict[str, Any], precision: str, graphs: Shapes | None = None
) -> Bundle:
    """As `write_manifest`, for a bundle that is made out of another and is called and described as that.

    Args:
        graphs: shapes, where they are others.
    """
    held = source.manifest
    same = {name: {side: held["graphs"][name][side] for side in ("inputs", "outputs")} for name in GRAPHS}
    return write_manifest(
        folder,
        name=source.name,
        created=held["created"],
        delay=source.delay,
        graphs=graphs or same,
        codebooks=held["codebooks"],
        default_voice=source.default_voice,
        licence=held["licence"],
        provenance=held["provenance"],
        measured=measured,
        precision=precision,
    )


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
    files = {**bundle.manifest["files"], VOICES_FILE: sha256_of(bundle.path / VOICES_FILE)}
    store_manifest(bundle.path, {**bundle.manifest, "files": files})
    return Bundle.load(bundle.path)


def sha256_of(path: Path) -> str:
    """The file's sha256, as the manifest has it."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_file(folder: Path, name: str, files: dict[str, str], verify: bool) -> None:
    path = folder / name
    if not path.is_file():
        raise BundleError(f"{folder}: {name} is missing; {AGAIN}")
    if name not in files:
        raise BundleError(f"{folder / MANIFEST_FILE} does not vouch for {name}; {AGAIN}")
    if verify and sha256_of(path) != files[name]:
        raise BundleError(f"{path} is not the file that the manifest vouches for (truncated or altered); {AGAIN}")
