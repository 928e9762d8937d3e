"""Where frozen networks are found, and the one line that is said when they are not."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from core.errors import ConfigError


def package_file(package: str, name: str, what: str, install: str, instead: str) -> Path:
    """A file inside an installed package, found without importing it.

    Args:
        package: its import name.
        name: the file's path inside it.
        what: the network, as a user would call it.
        install: the words after `pip install`.
        instead: the smaller stand-in.

    Raises:
        ConfigError: the package or the file is not there.
    """
    spec = find_spec(package)
    for folder in spec.submodule_search_locations or [] if spec else []:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise ConfigError(f"{what}: {package}/{name} is not installed; pip install {install}; smaller: {instead}")


def user_file(path: Path | str, what: str, source: str, instead: str) -> Path:
    """A file that the user brings.

    Raises:
        ConfigError: it is not there; the text names file, source and stand-in.
    """
    if not str(path) or not Path(path).is_file():
        named = f"{path}: no such file" if str(path) else "no file is named"
        raise ConfigError(f"{what}: {named}; it is {source}; smaller: {instead}")
    return Path(path)


@dataclass(frozen=True)
class Weights:
    """Tensors of a file by name.

    Attributes:
        path: the file; what: the network, for errors.
        tensors: float32, others as they are.
        notes: metadata of a safetensors file.
    """

    path: Path
    what: str
    tensors: dict[str, Tensor]
    notes: dict[str, str]

    def renamed(self, prefix: str) -> Weights:
        """Only the tensors whose names start so, without that start; all of them if none does."""
        inner = {k.removeprefix(prefix): v for k, v in self.tensors.items() if k.startswith(prefix)}
        return Weights(self.path, self.what, inner or self.tensors, self.notes)

    def into(self, net: nn.Module) -> None:
        """Fill all of `net`; what the file has beyond that is left.

        Raises:
            ConfigError: a tensor is missing or of another shape.
        """
        wanted = net.state_dict()
        for name, tensor in wanted.items():
            if name.endswith("num_batches_tracked"):
                continue
            found = self.tensors.get(name)
            if found is None:
                raise ConfigError(f"{self.what}: {self.path} has no tensor {name}; is it another network?")
            if found.shape != tensor.shape:
                raise ConfigError(
                    f"{self.what}: {name} in {self.path} is {list(found.shape)}, not {list(tensor.shape)}; "
                    "is it another size of the network?"
                )
        net.load_state_dict({name: self.tensors[name] for name in wanted if name in self.tensors}, strict=False)


def read_weights(path: Path | str, what: str, source: str, instead: str) -> Weights:
    """A safetensors file, or a checkpoint of tensors that torch reads without running code from it.

    Raises:
        ConfigError: missing, damaged, or holding more than tensors.
    """
    file = user_file(path, what, source, instead)
    try:
        if file.suffix == ".safetensors":
            with safe_open(str(file), "pt") as opened:
                notes = opened.metadata() or {}
                tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        else:
            notes, tensors = {}, _unwrap(torch.load(file, map_location="cpu", weights_only=True))
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise ConfigError(f"{what}: {file} cannot be read ({str(error).splitlines()[0]}); it is {source}") from error
    floats = {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    return Weights(file, what, floats, notes)


def _unwrap(loaded: object) -> dict[str, Tensor]:
    """Checkpoints hold the tensors themselves or one of the usual keys above them."""
    for key in ("state_dict", "model_state", "model", "best_state"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    if not isinstance(loaded, dict):
        raise ValueError("no tensors by name in it")
    return {str(k): v for k, v in loaded.items() if isinstance(v, Tensor)}
