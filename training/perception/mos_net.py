"""DNSMOS P.835 (Reddy et al., arXiv 2110.01763) in torch, its weights taken from the ONNX file of `speechmos`.

The file is a fixed window of 9.01 s; the network inside it takes any length, and so does this copy.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from training.perception.files import Weights, package_file

FILE = ("speechmos", "dnsmos_models/sig_bak_ovr.onnx")
FRAME, STEP = 320, 160
WIDTHS = (128, 64, 64, 32, 32, 32, 64)
POOLED = (3, 4, 5)
"""Convolutions that 2 by 2 max pooling follows."""
DENSE = (64, 128, 64, 3)
SCALE = (
    (-0.08397278, 1.22083953, 0.0052439),
    (-0.13166888, 1.60915514, -0.39604546),
    (-0.06766283, 1.11546468, 0.04602535),
)
"""Polynomials from what the network says to SIG, BAK and OVRL, as speechmos applies them."""


class MosNet(nn.Module):
    """Log power spectra, seven convolutions, the maximum over time and frequency, three dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("cosines", torch.zeros(FRAME // 2 + 1, FRAME))
        self.register_buffer("sines", torch.zeros(FRAME // 2 + 1, FRAME))
        self.cosines: Tensor
        self.sines: Tensor
        pairs = pairwise((1, *WIDTHS))
        self.convs = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in pairs])
        self.dense = nn.ModuleList([nn.Linear(a, b) for a, b in pairwise(DENSE)])

    def forward(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        """Samples (B, n) at 16 kHz, n at least 3,000, to activations (B, channels, ...) and SIG, BAK, OVRL (B, 3)."""
        frames = x.unfold(1, FRAME, STEP)
        power = (frames @ self.cosines.t()).square() + (frames @ self.sines.t()).square()
        y = torch.log10(power.clamp(min=1e-12))[:, None]
        seen = []
        for i, conv in enumerate(self.convs):
            y = torch.relu(conv(y))
            if i in POOLED:
                y = nn.functional.max_pool2d(y, 2)
            seen.append(y)
        y = y.amax(dim=(2, 3))
        for i, dense in enumerate(self.dense):
            y = dense(y)
            if i < len(self.dense) - 1:
                y = torch.relu(y)
                seen.append(y)
        scale = y.new_tensor(SCALE)
        return seen, scale[:, 0] * y.square() + scale[:, 1] * y + scale[:, 2]


def mos_file() -> Path:
    """Raises ConfigError unless `speechmos` is installed."""
    return package_file(*FILE, "the MOS predictor", "'voxveil[eval]'", "training.losses.mel.Mel alone")


def load_mos(path: Path) -> MosNet:
    """Raises ConfigError if the file holds another network."""
    import onnx

    found = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer}
    net, tensors = MosNet(), {}
    for name, kind in (("cosines", "real"), ("sines", "imag")):
        tensors[name] = found.get(f"time2freq/stft-{kind}/kernel:0", torch.zeros(0, 0, 0))[..., 0]
    for i in range(len(WIDTHS)):
        number = f"_{i}" if i else ""
        for part, theirs in (("weight", "kernel"), ("bias", "bias")):
            tensors[f"convs.{i}.{part}"] = found.get(f"conv2d{number}/{theirs}:0", torch.zeros(0))
    for i, number in enumerate(("", "_1", "_3")):
        for part, theirs in (("weight", "MatMul"), ("bias", "BiasAdd")):
            full = f"mos_estimator_logpow/dense{number}/{theirs}/ReadVariableOp/resource:0"
            tensor = found.get(full, torch.zeros(0))
            tensors[f"dense.{i}.{part}"] = tensor.t() if part == "weight" and tensor.dim() == 2 else tensor
    Weights(path, "the MOS predictor", tensors, {}).into(net)
    return net
