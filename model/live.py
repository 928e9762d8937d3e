"""The `live` model: encoder, decoder and vocoder put together, and the total of their delays."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from core.spec import BLOCK, HOP
from model.content import ContentNet
from model.decoder import Decoder
from model.encoder import RATES, Encoder
from model.prosody import PitchNet
from model.quantizer import Codebook
from model.streaming import State, gather, part
from model.vocoder import Vocoder


@dataclass(frozen=True)
class LiveConfig:
    """Sizes of the live model; the defaults are those of the shipped bundle.

    Attributes:
        entries: codebook sizes for 50, 25 and 12.5 Hz. Smaller is more private and less intelligible.
        code_dim: numbers per code vector.
        voice_dim: size of a voice embedding.
        encoder_width, encoder_heads, encoder_hidden, encoder_layers: those of Whisper tiny, from whose weights training
            starts.
        encoder_window: steps of 20 ms that each layer of the content network can see.
        encoder_dropout: of the content network, in training only.
        voices: rows of the training-time voice table. Buffer `voice_range` (voices, 2) holds each one's log-F0 range.
        early: hops of 10 ms, 0 to 2, by which the networks answer before their window has gone by. Each takes 10 ms off
            the delay, and as much of the future from what is heard.
    """

    entries: tuple[int, int, int] = (512, 128, 32)
    code_dim: int = 32
    voice_dim: int = 64
    voices: int = 52
    encoder_width: int = 384
    encoder_heads: int = 6
    encoder_hidden: int = 1536
    encoder_layers: int = 4
    encoder_window: int = 50
    encoder_dropout: float = 0.1
    decoder_channels: int = 320
    decoder_hidden: int = 448
    decoder_dilations: tuple[int, ...] = (1, 1, 2, 2, 4, 4, 8)
    vocoder_channels: int = 256
    vocoder_hidden: int = 320
    vocoder_dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4)
    early: int = 0

    def to_dict(self) -> dict[str, object]:
        """Plain values, as stored beside a checkpoint and in the manifest's provenance."""
        return asdict(self)


class LiveModel(nn.Module):
    """Encoder, decoder, vocoder and the table of voices that training fills."""

    def __init__(self, config: LiveConfig | None = None) -> None:
        super().__init__()
        c = self.config = config or LiveConfig()
        most = Encoder.delay + Decoder.delay + Vocoder.delay
        if not 0 <= c.early <= most:
            raise ConfigError(f"model.early: {c.early} hops; 0 to {most} can be saved")
        content = ContentNet(
            c.encoder_width,
            c.encoder_heads,
            c.encoder_hidden,
            c.encoder_layers,
            c.encoder_window,
            len(RATES),
            c.code_dim,
            c.encoder_dropout,
        )
        self.encoder = Encoder(content, PitchNet(), c.entries, c.code_dim)
        self.decoder = Decoder(
            c.decoder_channels, c.decoder_hidden, c.decoder_dilations, c.code_dim, len(RATES), c.voice_dim
        )
        self.vocoder = Vocoder(c.vocoder_channels, c.vocoder_hidden, c.vocoder_dilations)
        self.voices = nn.Embedding(c.voices, c.voice_dim)
        nn.init.normal_(self.voices.weight, std=0.5)
        self.register_buffer("voice_range", torch.tensor([[5.1, 0.2]]).repeat(c.voices, 1))
        self.voice_range: Tensor

    @property
    def books(self) -> list[Codebook]:
        """The codebooks that encoder and decoder share, bottom to top."""
        return [q.codebook for q in self.encoder.levels()]

    @property
    def delay(self) -> int:
        """Samples by which the output lags behind the input, besides the block: 480 (20 ms) less `early` hops."""
        return (self.encoder.delay + self.decoder.delay + self.vocoder.delay - self.config.early) * HOP

    @property
    def latency(self) -> int:
        """Algorithmic latency in samples: block plus delay."""
        return BLOCK + self.delay

    def heard_by(self, audio: Tensor) -> Tensor:
        """What the encoder has to be given in training, (B, n), so that its frames lie on those of `audio` (B, n).

        `early` hops of silence and the start of `audio`: the networks then learn to say each frame that much before
        they have heard the end of it.
        """
        late = self.config.early * HOP
        return nn.functional.pad(audio, (late, 0))[:, : audio.shape[1]]

    def forward(self, audio: Tensor, voice: Tensor, knob: Tensor, noise: Tensor) -> Tensor:
        """Offline twin of the whole chain.

        Args:
            audio, noise: (B, n), n a multiple of 480.
            voice: (B, E + 2).
            knob: (B, 1).

        Returns:
            Samples (B, n); sample i belongs to input sample i - delay.
        """
        codes, prosody = self.encoder(audio)
        mel, f0, voicing = self.decoder(codes, prosody, voice, knob, self.books)
        return self.vocoder(mel, f0, voicing, noise)

    def initial_state(self, batch: int = 1) -> State:
        """The states of the three parts."""
        return gather(
            {
                "encoder": self.encoder.initial_state(batch),
                "decoder": self.decoder.initial_state(batch),
                "vocoder": self.vocoder.initial_state(batch),
            }
        )

    def stream(self, audio: Tensor, voice: Tensor, knob: Tensor, noise: Tensor, state: State) -> tuple[Tensor, State]:
        """The next n samples, n a multiple of 480."""
        (codes, prosody), encoder = self.encoder.stream(audio, part(state, "encoder"))
        outputs, decoder = self.decoder.stream(codes, prosody, voice, knob, self.books, part(state, "decoder"))
        samples, vocoder = self.vocoder.stream(*outputs, noise, part(state, "vocoder"))
        return samples, gather({"encoder": encoder, "decoder": decoder, "vocoder": vocoder})

    @torch.no_grad()
    def voice_row(self, index: int) -> Tensor:
        """A row of the bank, (E + 2,): the embedding, then the mean and standard deviation of log-F0."""
        return torch.cat([self.voices.weight[index], self.voice_range[index]])
