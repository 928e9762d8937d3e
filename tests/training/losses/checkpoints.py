"""Small checkpoints in the layouts of networks that users bring, filled with numbers that never change."""

from __future__ import annotations

import zlib

import numpy as np
import torch
from torch import Tensor

WIDTH, HEADS, HIDDEN, CONV, BUCKETS = 16, 2, 24, 8, 32
FILTERS, OUT = 4, 8


def filled(shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Each tensor drawn by its own name; scales near 1, the rest near 0."""
    tensors = {}
    for name, shape in shapes.items():
        draw = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape) * 0.3
        scales = name.endswith("weight_g") or ("norm" in name and name.endswith(".weight"))
        tensors[name] = torch.from_numpy((np.abs(draw) + 1 if scales else draw).astype(np.float32))
    return tensors


def wavlm(layers: int = 3) -> dict[str, Tensor]:
    """A WavLM Base of 16 channels, by the names of its later publication."""
    shapes: dict[str, tuple[int, ...]] = {}
    for i, kernel in enumerate((10, 3, 3, 3, 3, 2, 2)):
        shapes[f"feature_extractor.conv_layers.{i}.conv.weight"] = (CONV, CONV if i else 1, kernel)
    shapes |= _affine("feature_extractor.conv_layers.0.layer_norm", CONV)
    shapes |= _affine("feature_projection.layer_norm", CONV) | _linear("feature_projection.projection", CONV, WIDTH)
    conv = "encoder.pos_conv_embed.conv"
    shapes |= {f"{conv}.weight_g": (1, 1, 128), f"{conv}.weight_v": (WIDTH, WIDTH // 4, 128), f"{conv}.bias": (WIDTH,)}
    shapes |= _affine("encoder.layer_norm", WIDTH)
    shapes["encoder.layers.0.attention.rel_attn_embed.weight"] = (BUCKETS, HEADS)
    for i in range(layers):
        layer = f"encoder.layers.{i}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            shapes |= _linear(f"{layer}.attention.{part}", WIDTH, WIDTH)
        shapes[f"{layer}.attention.gru_rel_pos_const"] = (1, HEADS, 1, 1)
        shapes |= _linear(f"{layer}.attention.gru_rel_pos_linear", WIDTH // HEADS, 8)
        shapes |= _linear(f"{layer}.feed_forward.intermediate_dense", WIDTH, HIDDEN)
        shapes |= _linear(f"{layer}.feed_forward.output_dense", HIDDEN, WIDTH)
        shapes |= _affine(f"{layer}.layer_norm", WIDTH) | _affine(f"{layer}.final_layer_norm", WIDTH)
    return filled(shapes)


def wavlm_first_names(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same by the names of the first publication."""
    pairs = (
        ("conv_layers.0.layer_norm.", "conv_layers.0.2."),
        ("feature_projection.layer_norm.", "layer_norm."),
        ("feature_projection.projection.", "post_extract_proj."),
        ("encoder.pos_conv_embed.conv.", "encoder.pos_conv.0."),
        (".attention.gru_rel_pos_linear.", ".self_attn.grep_linear."),
        (".attention.gru_rel_pos_const", ".self_attn.grep_a"),
        (".attention.rel_attn_embed.", ".self_attn.relative_attention_bias."),
        (".feed_forward.intermediate_dense.", ".fc1."),
        (".feed_forward.output_dense.", ".fc2."),
        (".attention.", ".self_attn."),
    )
    renamed = {}
    for name, tensor in tensors.items():
        if name.startswith("encoder.layers") and ".layer_norm." in name:
            name = name.replace(".layer_norm.", ".self_attn_layer_norm.")
        if name.startswith("feature_extractor") and name.endswith(".conv.weight"):
            name = name.replace(".conv.weight", ".0.weight")
        for new, old in pairs:
            name = name.replace(new, old)
        renamed[name] = tensor
    return renamed


def encodec() -> dict[str, Tensor]:
    """An EnCodec encoder of 4 filters, by the names of its later publication."""
    shapes = _normed("encoder.layers.0", 1, FILTERS, 7)
    for i, stride in enumerate((2, 4, 5, 8)):
        width = FILTERS * 2**i
        shapes |= _normed(f"encoder.layers.{3 * i + 1}.block.1", width, width // 2, 3)
        shapes |= _normed(f"encoder.layers.{3 * i + 1}.block.3", width // 2, width, 1)
        shapes |= _normed(f"encoder.layers.{3 * i + 1}.shortcut", width, width, 1)
        shapes |= _normed(f"encoder.layers.{3 * i + 3}", width, 2 * width, 2 * stride)
    width = FILTERS * 16
    for i in range(2):
        for kind in ("ih", "hh"):
            shapes[f"encoder.layers.13.lstm.weight_{kind}_l{i}"] = (4 * width, width)
            shapes[f"encoder.layers.13.lstm.bias_{kind}_l{i}"] = (4 * width,)
    return filled(shapes | _normed("encoder.layers.15", width, OUT, 7))


def encodec_first_names(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same by the names of the first publication."""
    return {
        k.replace("encoder.layers.", "encoder.model.").replace(".conv.", ".conv.conv."): v for k, v in tensors.items()
    }


def vgg16() -> dict[str, Tensor]:
    """VGG16 with 2, 3, 4 and 5 channels in its groups, and what follows them in the published file."""
    shapes: dict[str, tuple[int, ...]] = {}
    before, at = 3, 0
    for width, convs in ((2, 2), (3, 2), (4, 3), (5, 3), (5, 3)):
        for _ in range(convs):
            shapes |= {f"features.{at}.weight": (width, before, 3, 3), f"features.{at}.bias": (width,)}
            before, at = width, at + 2
        at += 1
    return filled(shapes | _linear("classifier.0", 8, 4))


def signal(samples: int, channels: int = 1) -> Tensor:
    """(channels, samples): a chirp and a hum, the same on every machine."""
    t = np.arange(samples) / 16000
    rows = [
        0.3 * np.sin(2 * np.pi * (200 + 900 * t + 50 * c) * t) + 0.1 * np.sin(2 * np.pi * 70 * t)
        for c in range(channels)
    ]
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def _linear(name: str, before: int, after: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (after, before), f"{name}.bias": (after,)}


def _affine(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _normed(name: str, before: int, after: int, kernel: int) -> dict[str, tuple[int, ...]]:
    conv = f"{name}.conv"
    return {f"{conv}.weight_g": (after, 1, 1), f"{conv}.weight_v": (after, before, kernel), f"{conv}.bias": (after,)}
