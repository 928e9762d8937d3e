"""A Whisper model of 16 channels with random weights, written by CTranslate2 itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ctranslate2.specs import whisper_spec

WIDTH, HIDDEN, BANDS = 16, 24, 80


def write(folder: Path, quantization: str | None = None) -> Path:
    """`folder`, with `model.bin` and the rest in it."""
    random = np.random.RandomState(3)

    def draw(*shape: int, near: float = 0.0) -> np.ndarray:
        return (near + random.standard_normal(shape) * 0.2).astype(np.float32)

    def linear(spec: object, before: int, after: int) -> None:
        spec.weight, spec.bias = draw(after, before), draw(after)  # type: ignore[attr-defined]

    def norm(spec: object) -> None:
        spec.gamma, spec.beta = draw(WIDTH, near=1.0), draw(WIDTH)  # type: ignore[attr-defined]

    def attention(spec: object, sizes: tuple[int, ...]) -> None:
        norm(spec.layer_norm)  # type: ignore[attr-defined]
        for part, size in zip(spec.linear, sizes, strict=True):  # type: ignore[attr-defined]
            linear(part, WIDTH, size)

    model = whisper_spec.WhisperSpec(2, 2, 1, 2)
    encoder, decoder = model.encoder, model.decoder
    encoder.conv1.weight, encoder.conv1.bias = draw(WIDTH, BANDS, 3), draw(WIDTH)
    encoder.conv2.weight, encoder.conv2.bias = draw(WIDTH, WIDTH, 3), draw(WIDTH)
    encoder.position_encodings.encodings = draw(1500, WIDTH)
    decoder.embeddings.weight, decoder.position_encodings.encodings = draw(4, WIDTH), draw(8, WIDTH)
    decoder.projection.weight = decoder.embeddings.weight
    for layer in (*encoder.layer, *decoder.layer):
        attention(layer.self_attention, (3 * WIDTH, WIDTH))
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, WIDTH, HIDDEN)
        linear(layer.ffn.linear_1, HIDDEN, WIDTH)
    for layer in decoder.layer:
        attention(layer.attention, (WIDTH, 2 * WIDTH, WIDTH))
    norm(encoder.layer_norm)
    norm(decoder.layer_norm)
    model.register_vocabulary(["a", "b", "c", "d"])
    for name in ("suppress_ids", "suppress_ids_begin", "lang_ids", "alignment_heads"):
        setattr(model.config, name, [])
    model.validate()
    model.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    model.save(str(folder))
    return folder
