"""Features of an image network that looks at the mel picture (Johnson et al., arXiv 1603.08155)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from training.losses.frozen import FrozenLoss, apart
from training.perception.files import user_file
from training.perception.image_nets import VGG16_SMALLER, VGG16_SOURCE, lite0_file, load_lite0, load_vgg16


class Image(FrozenLoss):
    """Mean distance of the activations of several layers.

    The picture is shown at its own size, 80 bands high: the paper stretches it to 224, which costs eight times as much.

    Args:
        net: "lite0" (EfficientNet-Lite0, from a package) or "vgg16" (the paper's, from `path`).
        path: the file of VGG16.
    """

    domain = "mel"

    def __init__(
        self,
        weight: float = 1.0,
        start_epoch: int = 0,
        rows: int = 0,
        net: Literal["lite0", "vgg16"] = "lite0",
        path: str = "",
    ) -> None:
        super().__init__(weight, start_epoch, rows)
        self.net = net
        self.file = user_file(path, "VGG16", VGG16_SOURCE, VGG16_SMALLER) if net == "vgg16" else lite0_file()

    @property
    def name(self) -> str:
        """Two networks may look at the same picture."""
        return "Image" if self.net == "lite0" else "ImageVgg16"

    def load(self) -> nn.Module:
        return load_vgg16(self.file) if self.net == "vgg16" else load_lite0(self.file)

    def distance(self, net: nn.Module, made: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            aims = net(wanted)
        return torch.stack([apart(a, b) for a, b in zip(net(made), aims, strict=True)]).mean()
