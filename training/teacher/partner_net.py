"""Says a recording in another voice, from what a recogniser makes of the whole of it: not for use, but to teach."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from core.spec import FRAMES, MELS
from model.decoder import PROSODY, prosody_by_step
from model.layers import GatedBlock


@dataclass(frozen=True)
class PartnerConfig:
    """Sizes of the partner network.

    Attributes:
        width: W of a recogniser's row. kept: numbers that a row is boiled down to.
        channels, hidden: width of the gated blocks. dilations: one block each.
        voices: rows of its table of voices. voice_dim: numbers per voice.
    """

    width: int = 512
    kept: int = 128
    channels: int = 384
    hidden: int = 512
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4, 1, 2)
    voices: int = 52
    voice_dim: int = 64

    def to_dict(self) -> dict[str, object]:
        """Plain values, as kept in a checkpoint."""
        return asdict(self)


class _Block(GatedBlock):
    """A gated block that hears as much of the future as of the past."""

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """x (B, T, C), condition (B, D), to (B, T, C)."""
        ahead = self.conv.past // 2
        heard = self.conv(nn.functional.pad(x, (0, 0, 0, ahead)))[:, ahead:]
        return x + self._mix(heard, condition)


class PartnerNet(nn.Module):
    """Recogniser's rows, the prosody that is wanted and a voice to log-mel, hearing past and future alike.

    Real people have no aligned rendition in a synthetic voice, so the live decoder would never hear their codes in
    training. A recogniser that hears the whole recording knows real people well; what this network learns on parallel
    speech to make of its rows is therefore a fair guess at how the missing rendition would sound. Of each row only
    `kept` numbers come in, with noise on them in training: enough for what is said.

    Args:
        config: sizes.
    """

    NOISE = 0.3

    def __init__(self, config: PartnerConfig | None = None) -> None:
        super().__init__()
        c = self.config = config or PartnerConfig()
        self.register_buffer("mean", torch.zeros(c.width))
        self.register_buffer("scale", torch.ones(c.width))
        self.mean: Tensor
        self.scale: Tensor
        self.voices = nn.Embedding(c.voices, c.voice_dim)
        nn.init.normal_(self.voices.weight, std=0.5)
        self.boil = nn.Sequential(nn.Dropout(0.1), nn.Linear(c.width, c.kept), nn.LayerNorm(c.kept))
        self.inlet = nn.Linear(c.kept + FRAMES * PROSODY, c.channels)
        self.blocks = nn.ModuleList([_Block(c.channels, c.hidden, 5, d, c.voice_dim) for d in c.dilations])
        self.norm = nn.LayerNorm(c.channels)
        self.outlet = nn.Linear(c.channels, FRAMES * MELS)

    def know(self, rows: Tensor) -> None:
        """Take mean and deviation of rows (N, W), so that all numbers come in alike."""
        self.mean.copy_(rows.mean(0))
        self.scale.copy_(1 / (rows.std(0) + 1e-4))

    def forward(self, rows: Tensor, prosody: Tensor, voice: Tensor, weight: Tensor) -> Tensor:
        """Log-mel (B, 2 S, 80).

        Args:
            rows: (B, S, W), 20 ms each.
            prosody: (B, 2 S, 3) absolute log-F0 of the wanted voice, voicing, normalised energy.
            voice: int64 (B, 2) rows of the table. weight: (B,) of the second.
        """
        embedding = self.voices(voice)
        embedding = torch.lerp(embedding[:, 0], embedding[:, 1], weight[:, None])
        said = self.boil((rows - self.mean) * self.scale)
        if self.training:
            said = said + self.NOISE * torch.randn_like(said)
        x = self.inlet(torch.cat([said, prosody_by_step(prosody)], dim=-1))
        for block in self.blocks:
            x = block(x, embedding)
        return self.outlet(self.norm(x)).unflatten(-1, (FRAMES, MELS)).flatten(1, 2)
