"""The speaker verifier of `Resemblyzer` (Wan et al., arXiv 1710.10467), in torch from samples to embedding."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from training.perception.files import package_file, read_weights
from training.perception.mel16 import Mel16

FILE = ("resemblyzer", "pretrained.pt")
BANDS, WIDTH, LAYERS = 40, 256, 3
PART = 160
"""Frames of 10 ms that the network was trained to hear at a time."""
LOUDNESS = 10 ** (-30 / 20)
"""Root mean square that quiet speech is raised to."""


class SpeakerNet(nn.Module):
    """Three LSTM layers over 1.6 s of mel; the embeddings of overlapping parts are averaged."""

    def __init__(self) -> None:
        super().__init__()
        self.mel = Mel16(BANDS)
        self.lstm = nn.LSTM(BANDS, WIDTH, LAYERS, batch_first=True)
        self.linear = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """Samples (B, n) at 16 kHz to embeddings (B, 256) of length 1, no entry below 0."""
        level = x.square().mean(1, keepdim=True).sqrt()
        mel = self.mel(x * (LOUDNESS / (level + 1e-5)).clamp(min=1.0, max=100.0))
        parts = mel[:, None] if mel.shape[1] <= PART else mel.unfold(1, PART, PART // 2).transpose(2, 3)
        _, (hidden, _) = self.lstm(parts.flatten(0, 1))
        each = nn.functional.normalize(torch.relu(self.linear(hidden[-1])), dim=-1)
        return nn.functional.normalize(each.unflatten(0, parts.shape[:2]).mean(1), dim=-1)


def speaker_file() -> Path:
    """Raises ConfigError unless Resemblyzer is installed."""
    return package_file(
        *FILE, "the speaker verifier", "'voxveil[eval]'", "training.losses.mel_diversity.MelDiversity, or none"
    )


def load_speaker(path: Path) -> SpeakerNet:
    """Raises ConfigError if the file holds another network."""
    net = SpeakerNet()
    read_weights(path, "the speaker verifier", "Resemblyzer's pretrained.pt", "none").into(net)
    return net
