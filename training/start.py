"""Weights to begin with: from a checkpoint of any stage, or from a bundle."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor, nn

from core.bundle import Bundle
from core.errors import ConfigError, VoxveilError
from core.manifest import MANIFEST_FILE
from export.checkpoint import newest, read_checkpoint


@dataclass(frozen=True)
class Start:
    """What an earlier run left.

    Attributes:
        weights: by name as in a checkpoint of stage vqvae (`model.encoder...`), without the table of voices.
        voices: of each named voice the embedding (E,).
    """

    weights: dict[str, Tensor]
    voices: dict[str, Tensor] = field(default_factory=dict)


def read_start(path: str) -> Start:
    """Read a checkpoint, the newest one of a folder of runs, or a bundle.

    Raises:
        ConfigError: there is neither, or it cannot be read.
    """
    if (Path(path) / MANIFEST_FILE).is_file():
        return _from_bundle(Path(path))
    try:
        checkpoint = read_checkpoint(newest(Path(path)))
    except ConfigError as error:
        raise ConfigError(f"model.start_from: {error}") from error
    state: dict[str, Tensor] = checkpoint["state_dict"]
    weights = {f"model.{k}" if k.startswith("vocoder.") else k: v for k, v in state.items()}
    table = weights.pop("model.voices.weight", None)
    weights.pop("model.voice_range", None)
    names = checkpoint.get("voice_names", [])
    return Start(weights, {} if table is None else dict(zip(names, table, strict=False)))


def put(start: Start, task: nn.Module, path: str) -> None:
    """Put the weights into `task`; what there are none of stays as it is.

    Codebooks with another number of entries begin anew, as in a run without a start: so one model can be taken to
    several places between private and intelligible.

    Raises:
        ConfigError: anything else is of another size.
    """
    own = task.state_dict()
    weights = {name: value for name, value in start.weights.items() if not _resized(name, start.weights, own)}
    for name, value in weights.items():
        if name in own and own[name].shape != value.shape:
            raise ConfigError(
                f"model.start_from: {path} holds {name} as {list(value.shape)}, this configuration asks for "
                f"{list(own[name].shape)}; give both the same model sizes"
            )
    task.load_state_dict(weights, strict=False)


def _resized(name: str, weights: dict[str, Tensor], own: dict[str, Tensor]) -> bool:
    """Whether `name` belongs to the codebooks, and one of these has another number of entries than in `own`."""
    if ".codebook." not in name:
        return False
    books = [key for key in weights if key.endswith(".codebook.counts") and key in own]
    return any(len(weights[key]) != len(own[key]) for key in books)


def _from_bundle(folder: Path) -> Start:
    from export.reverse import model_from_bundle

    try:
        bundle = Bundle.load(folder)
        model = model_from_bundle(bundle)
    except VoxveilError as error:
        raise ConfigError(f"model.start_from: {error}") from error
    weights = {f"model.{name}": value for name, value in model.state_dict().items()}
    table = weights.pop("model.voices.weight")
    weights.pop("model.voice_range")
    return Start(weights, _sources(bundle.manifest["provenance"], bundle.voices.names, table))


def _sources(provenance: dict[str, object], names: list[str], table: Tensor) -> dict[str, Tensor]:
    """Rows of the training table that the bank repeats: a voice whose recipe names one row alone is that row."""
    voices = dict(zip(names, table, strict=True))
    recipes = provenance.get("voices", {})
    assert isinstance(recipes, dict)
    for name, of in recipes.items():
        if name in voices and len(of) == 1:
            voices[next(iter(of))] = voices[name]
    return voices
