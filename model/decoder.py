"""The decoder: codes, prosody and a voice to the log-mel of the new person."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.spec import FRAMES, MELS
from model.layers import GatedStack
from model.prosody import target_log_f0
from model.quantizer import Codebook
from model.streaming import State, StreamingLayer, gather, part

PROSODY = 3
"""log-F0, voicing, energy."""


class Decoder(StreamingLayer):
    """Codes (B, T, 3) and prosody (B, 2 T, 3) of T steps to log-mel (B, 2 T, 80), F0 in Hz and voicing (B, 2 T).

    The voice enters every block; the codes enter as the vectors of the encoder's codebooks, which this module shares.

    Args:
        channels, hidden: width of the gated blocks.
        dilations: one block each.
        code_dim: numbers per code vector.
        voice_dim: size E of the voice embedding.
    """

    def __init__(
        self, channels: int, hidden: int, dilations: tuple[int, ...], code_dim: int, levels: int, voice_dim: int
    ) -> None:
        super().__init__()
        self.voice_dim = voice_dim
        self.inlet = nn.Linear(levels * code_dim + FRAMES * PROSODY, channels)
        self.stack = GatedStack(channels, hidden, 5, dilations, condition=voice_dim)
        self.norm = nn.LayerNorm(channels)
        self.outlet = nn.Linear(channels, FRAMES * MELS)
        self.receptive_field = self.stack.receptive_field

    def mel(self, codes: Tensor, prosody: Tensor, embedding: Tensor) -> Tensor:
        """Offline core, also what training optimises.

        Args:
            codes: code vectors (B, T, 3 * code_dim).
            prosody: (B, 2 T, 3) absolute log-F0, voicing, normalised energy.
            embedding: (B, E).
        """
        return self._finish(self.stack(self._enter(codes, prosody), embedding))

    def forward(
        self, codes: Tensor, prosody: Tensor, voice: Tensor, knob: Tensor, books: list[Codebook]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Offline.

        Args:
            codes: int64 (B, T, 3).
            prosody: normalised (B, 2 T, 3): z, voicing, energy.
            voice: (B, E + 2): embedding, mean and standard deviation of log-F0.
            knob: (B, 1) in 0..1.
        """
        absolute = self.to_target(prosody, voice, knob)
        mel = self.mel(self.vectors(codes, books), absolute, voice[:, : self.voice_dim])
        return mel, torch.exp(absolute[..., 0]), absolute[..., 1]

    def initial_state(self, batch: int = 1) -> State:
        """That of the stack."""
        return gather({"stack": self.stack.initial_state(batch)})

    def stream(  # type: ignore[override]
        self, codes: Tensor, prosody: Tensor, voice: Tensor, knob: Tensor, books: list[Codebook], state: State
    ) -> tuple[tuple[Tensor, Tensor, Tensor], State]:
        """As `forward`, with state."""
        absolute = self.to_target(prosody, voice, knob)
        x = self._enter(self.vectors(codes, books), absolute)
        x, stack = self.stack.stream(x, part(state, "stack"), voice[:, : self.voice_dim])
        outputs = (self._finish(x), torch.exp(absolute[..., 0]), absolute[..., 1])
        return outputs, gather({"stack": stack})

    @staticmethod
    def vectors(codes: Tensor, books: list[Codebook]) -> Tensor:
        """codes int64 (B, T, levels) to (B, T, levels * code_dim)."""
        return torch.cat([book.lookup(codes[:, :, i]) for i, book in enumerate(books)], dim=-1)

    def to_target(self, prosody: Tensor, voice: Tensor, knob: Tensor) -> Tensor:
        """Replace the normalised z of (B, 2 T, 3) by the target's log-F0."""
        log_f0 = target_log_f0(prosody[..., 0], voice[:, self.voice_dim :], knob)
        return torch.cat([log_f0[..., None], prosody[..., 1:]], dim=-1)

    def _enter(self, codes: Tensor, prosody: Tensor) -> Tensor:
        return self.inlet(torch.cat([codes, prosody_by_step(prosody)], dim=-1))

    def _finish(self, x: Tensor) -> Tensor:
        return self.outlet(self.norm(x)).unflatten(-1, (FRAMES, MELS)).flatten(1, 2)


def prosody_by_step(prosody: Tensor) -> Tensor:
    """Prosody (B, 2 T, 3) with absolute log-F0, scaled for a network, to (B, T, 6): both frames of a step together."""
    scaled = torch.cat([(prosody[..., :1] - 5.0) * 2.0, prosody[..., 1:]], dim=-1)
    return scaled.unflatten(1, (-1, FRAMES)).flatten(2)
