"""A second speaker verifier: a small time-delay network in the manner of ECAPA-TDNN (arXiv 2005.07143)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from core.assets import ASSETS
from core.audio_file import resample
from core.errors import ConfigError
from core.spec import SAMPLE_RATE

RATE, WINDOW, SHIFT, BANDS = 16000, 400, 160, 64
LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0
WIDTH, WIDE, EMBEDDING = 128, 256, 128

Vector = npt.NDArray[np.float32]


def default_weights() -> Path:
    """The weights that ship; `voxveil evaluate --train-verifier` made them."""
    return ASSETS / "verifier.safetensors"


def features(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """24 kHz samples to log-mel bands (T, 64), 100 a second, each band without its mean over the utterance.

    Level and the microphone's colour go with the mean. Samples shorter than a window are padded.
    """
    heard = torch.from_numpy(np.ascontiguousarray(resample(samples, SAMPLE_RATE, RATE)))
    if len(heard) < 2 * WINDOW:
        heard = torch.nn.functional.pad(heard, (0, 2 * WINDOW - len(heard)))
    frames = heard.unfold(0, WINDOW, SHIFT) * torch.hann_window(WINDOW)
    power = torch.fft.rfft(frames, 512).abs().square()
    bands = torch.log(power @ _FILTERS + 1e-7 * power.sum(1).max())
    return np.asarray((bands - bands.mean(0)).numpy(), dtype=np.float32)


class Tdnn(nn.Module):
    """Log-mel (B, T, 64) to unit vectors (B, 128). 0.5 million parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.front = nn.Sequential(nn.Conv1d(BANDS, WIDTH, 5, stride=2, padding=2), nn.ReLU(), nn.BatchNorm1d(WIDTH))
        self.blocks = nn.ModuleList([SqueezeBlock(dilation) for dilation in (1, 2, 4)])
        self.join = nn.Sequential(nn.Conv1d(3 * WIDTH, WIDE, 1), nn.ReLU())
        self.attention = nn.Sequential(nn.Conv1d(WIDE, 64, 1), nn.Tanh(), nn.Conv1d(64, WIDE, 1))
        self.out = nn.Sequential(nn.BatchNorm1d(2 * WIDE), nn.Linear(2 * WIDE, EMBEDDING), nn.BatchNorm1d(EMBEDDING))

    def forward(self, bands: Tensor) -> Tensor:
        """Front, three dilated blocks seen together, mean and deviation under attention, projection."""
        x = self.front(bands.transpose(1, 2))
        seen = []
        for block in self.blocks:
            x = block(x)
            seen.append(x)
        joined = self.join(torch.cat(seen, dim=1))
        weight = torch.softmax(self.attention(joined), dim=2)
        mean = (weight * joined).sum(2)
        deviation = ((weight * joined.square()).sum(2) - mean.square()).clamp_min(1e-5).sqrt()
        return nn.functional.normalize(self.out(torch.cat([mean, deviation], dim=1)), dim=1)


class SqueezeBlock(nn.Module):
    """A dilated convolution whose channels are weighed by what the whole utterance holds; with a skip."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv1d(WIDTH, WIDTH, 3, dilation=dilation, padding=dilation),
            nn.ReLU(),
            nn.BatchNorm1d(WIDTH),
            nn.Conv1d(WIDTH, WIDTH, 1),
            nn.ReLU(),
            nn.BatchNorm1d(WIDTH),
        )
        self.weigh = nn.Sequential(nn.Linear(WIDTH, 32), nn.ReLU(), nn.Linear(32, WIDTH), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """(B, 128, T) to the same."""
        mixed = self.mix(x)
        return x + mixed * self.weigh(mixed.mean(2))[:, :, None]


class TdnnVerifier:
    """Embeds speech with a trained `Tdnn`."""

    def __init__(self, network: Tdnn, name: str) -> None:
        self.network, self.name = network.eval(), name

    @classmethod
    def load(cls, path: Path | None = None) -> TdnnVerifier:
        """Read weights; None takes those that ship.

        Raises:
            ConfigError: no such file, or it holds something else.
        """
        file = path or default_weights()
        if not file.is_file():
            raise ConfigError(f"{file}: no such verifier; make it with voxveil evaluate --train-verifier")
        network = Tdnn()
        try:
            with safe_open(file, "pt") as weights:
                tensors = {key: weights.get_tensor(key).float() for key in weights.keys()}  # noqa: SIM118
            whole = {key: tensors.get(key, value) for key, value in network.state_dict().items()}
            network.load_state_dict(whole)
        except Exception as error:
            raise ConfigError(f"{file} is no verifier of this version; train it again") from error
        return cls(network, f"TDNN {hashlib.sha256(file.read_bytes()).hexdigest()[:12]}")

    def __call__(self, samples: npt.NDArray[np.float32]) -> Vector:
        """24 kHz samples to a unit vector (128,)."""
        return self.of_bands(features(samples))

    def of_bands(self, bands: npt.NDArray[np.float32]) -> Vector:
        """The same from `features`."""
        with torch.inference_mode():
            return np.asarray(self.network(torch.from_numpy(bands)[None])[0].numpy(), dtype=np.float32)


def save(network: Tdnn, about: dict[str, Any], path: Path) -> None:
    """Write weights in half precision, beside and renamed; `about` says what they were trained on."""
    tensors = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in network.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.unfinished")
    save_file(tensors, beside, metadata={"about": json.dumps(about)})
    beside.chmod(0o644)
    beside.replace(path)


def about(path: Path | None = None) -> dict[str, Any]:
    """What a file of weights says about its training; empty if there is none."""
    file = path or default_weights()
    if not file.is_file():
        return {}
    with safe_open(file, "np") as weights:
        return dict(json.loads((weights.metadata() or {}).get("about", "{}")))


def _filters() -> Tensor:
    """Triangles (257, 64) even on the mel scale."""
    low, high = (1127 * float(np.log1p(hz / 700)) for hz in (LOWEST_HZ, HIGHEST_HZ))
    mel = np.linspace(low, high, BANDS + 2)
    edges = 700 * np.expm1(mel / 1127)
    hz = np.arange(257)[:, None] * RATE / 512
    rising = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return torch.from_numpy(np.maximum(0, np.minimum(rising, falling)).astype(np.float32))


_FILTERS = _filters()
