"""WavLM Base and Base+ (Chen et al., arXiv 2110.13900) up to a given layer, from a file that the user brings."""

from __future__ import annotations

import math
import re
from pathlib import Path

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from training.perception.files import Weights, read_weights

SOURCE = "WavLM-Base+.pt of the UniSpeech project, or pytorch_model.bin of microsoft/wavlm-base-plus"
SMALLER = "training.losses.recognizer.Recognizer"
STRIDES = (5, 2, 2, 2, 2, 2, 2)
FARTHEST = 800
"""Distance in frames of 20 ms beyond which all positions are alike."""
NAMES = (
    (r"^(wavlm|model)\.", ""),
    (r"^feature_extractor\.conv_layers\.(\d+)\.0\.weight", r"feature_extractor.conv_layers.\1.conv.weight"),
    (r"^feature_extractor\.conv_layers\.0\.2\.", "feature_extractor.conv_layers.0.layer_norm."),
    (r"^layer_norm\.", "feature_projection.layer_norm."),
    (r"^post_extract_proj\.", "feature_projection.projection."),
    (r"^encoder\.pos_conv\.0\.", "encoder.pos_conv_embed.conv."),
    (r"conv\.parametrizations\.weight\.original0$", "conv.weight_g"),
    (r"conv\.parametrizations\.weight\.original1$", "conv.weight_v"),
    (r"\.self_attn\.grep_linear\.", ".attention.gru_rel_pos_linear."),
    (r"\.self_attn\.grep_a$", ".attention.gru_rel_pos_const"),
    (r"\.self_attn\.relative_attention_bias\.", ".attention.rel_attn_embed."),
    (r"\.self_attn_layer_norm\.", ".layer_norm."),
    (r"\.self_attn\.", ".attention."),
    (r"\.fc1\.", ".feed_forward.intermediate_dense."),
    (r"\.fc2\.", ".feed_forward.output_dense."),
)
"""From the names of the first publication to those of its later one."""


class WavLm(nn.Module):
    """Convolutions, a relative-position convolution, and the first `layers` transformer layers.

    Args:
        tensors: by the later publication's names; all sizes are taken from them.
        layers: transformer layers to run.
    """

    def __init__(self, tensors: dict[str, Tensor], layers: int) -> None:
        super().__init__()
        kernels = [tensors[f"feature_extractor.conv_layers.{i}.conv.weight"] for i in range(len(STRIDES))]
        convs = nn.ModuleList()
        for i, (kernel, stride) in enumerate(zip(kernels, STRIDES, strict=True)):
            layer = nn.ModuleDict(
                {"conv": nn.Conv1d(kernel.shape[1], kernel.shape[0], kernel.shape[2], stride, bias=False)}
            )
            if i == 0:
                layer["layer_norm"] = nn.GroupNorm(len(kernel), len(kernel))
            convs.append(layer)
        self.feature_extractor = nn.ModuleDict({"conv_layers": convs})
        width = len(tensors["feature_projection.projection.bias"])
        inlet = kernels[-1].shape[0]
        self.feature_projection = nn.ModuleDict(
            {"layer_norm": nn.LayerNorm(inlet), "projection": nn.Linear(inlet, width)}
        )
        self.encoder = _Encoder(tensors, width, layers)

    def forward(self, x: Tensor) -> Tensor:
        """Samples (B, n) at 16 kHz to (B, width, n / 320 or one less)."""
        y = x[:, None]
        for layer in self.feature_extractor["conv_layers"].children():
            for part in layer.children():
                y = part(y)
            y = nn.functional.gelu(y)
        y = self.feature_projection["layer_norm"](y.transpose(1, 2))
        return self.encoder(self.feature_projection["projection"](y)).transpose(1, 2)


class _PositionConv(nn.Module):
    """A grouped convolution with weight normalisation over its taps."""

    def __init__(self, width: int, per_group: int, kernel: int) -> None:
        super().__init__()
        self.weight_g = nn.Parameter(torch.ones(1, 1, kernel))
        self.weight_v = nn.Parameter(torch.zeros(width, per_group, kernel))
        self.bias = nn.Parameter(torch.zeros(width))
        self.kernel, self.groups = kernel, width // per_group

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight_v * (self.weight_g / self.weight_v.norm(dim=(0, 1), keepdim=True))
        y = nn.functional.conv1d(x, weight, self.bias, padding=self.kernel // 2, groups=self.groups)
        return nn.functional.gelu(y[..., : x.shape[-1]])


class _Encoder(nn.Module):
    def __init__(self, tensors: dict[str, Tensor], width: int, layers: int) -> None:
        super().__init__()
        _, per_group, kernel = tensors["encoder.pos_conv_embed.conv.weight_v"].shape
        self.pos_conv_embed = nn.ModuleDict({"conv": _PositionConv(width, per_group, kernel)})
        self.layer_norm = nn.LayerNorm(width)
        buckets, heads = tensors["encoder.layers.0.attention.rel_attn_embed.weight"].shape
        hidden = len(tensors["encoder.layers.0.feed_forward.intermediate_dense.bias"])
        self.layers = nn.ModuleList([_Layer(width, hidden, heads, buckets if i == 0 else 0) for i in range(layers)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer_norm(x + self.pos_conv_embed["conv"](x.transpose(1, 2)).transpose(1, 2))
        bias = self.layers[0].attention.bias(x.shape[1])  # type: ignore[union-attr,operator]
        for layer in self.layers:
            x = layer(x, bias)
        return x


class _Layer(nn.Module):
    def __init__(self, width: int, hidden: int, heads: int, buckets: int) -> None:
        super().__init__()
        self.attention = _Attention(width, heads, buckets)
        self.layer_norm, self.final_layer_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.feed_forward = nn.ModuleDict(
            {"intermediate_dense": nn.Linear(width, hidden), "output_dense": nn.Linear(hidden, width)}
        )

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        x = self.layer_norm(x + self.attention(x, bias))
        inner = nn.functional.gelu(self.feed_forward["intermediate_dense"](x))
        return self.final_layer_norm(x + self.feed_forward["output_dense"](inner))


class _Attention(nn.Module):
    """Attention with a bias by distance, gated by what is heard at the place (section 3.2 of the paper)."""

    def __init__(self, width: int, heads: int, buckets: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.gru_rel_pos_const = nn.Parameter(torch.ones(1, heads, 1, 1))
        self.gru_rel_pos_linear = nn.Linear(width // heads, 8)
        if buckets:
            self.rel_attn_embed = nn.Embedding(buckets, heads)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x (B, T, C), bias (heads, T, T), to (B, T, C)."""
        q, k, v = (
            p(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj)
        )
        gates = self.gru_rel_pos_linear(x.unflatten(-1, (self.heads, -1)).transpose(1, 2))
        reset, update = torch.sigmoid(gates.unflatten(-1, (2, 4)).sum(-1)).unbind(-1)
        gate = reset[..., None] * (update[..., None] * self.gru_rel_pos_const - 1.0) + 2.0
        heard = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=gate * bias)
        return self.out_proj(heard.transpose(1, 2).flatten(2))

    def bias(self, frames: int) -> Tensor:
        """(heads, frames, frames): near distances each have an entry, far ones share one by their logarithm."""
        half = self.rel_attn_embed.num_embeddings // 2
        place = torch.arange(frames, device=self.rel_attn_embed.weight.device)
        offset = place[None] - place[:, None]
        far, exact = offset.abs(), half // 2
        log = torch.log(far.clamp(min=1).float() / exact) / math.log(FARTHEST / exact) * (half - exact)
        shared = (exact + log).long().clamp(max=half - 1)
        bucket = (offset > 0).long() * half + torch.where(far < exact, far, shared)
        return self.rel_attn_embed(bucket).permute(2, 0, 1)


def load_wavlm(path: Path, layers: int = 6) -> WavLm:
    """Raises ConfigError if the file is absent, damaged, or of another network (the Large ones are built otherwise)."""
    weights = read_weights(path, "WavLM", SOURCE, SMALLER)
    tensors = {}
    for name, tensor in weights.tensors.items():
        for old, new in NAMES:
            name = re.sub(old, new, name)
        tensors[name] = tensor
    if "feature_extractor.conv_layers.1.layer_norm.weight" in tensors:
        raise ConfigError(f"WavLM: {path} is a Large network; only Base and Base+ are read")
    there = {int(n.split(".")[2]) for n in tensors if re.match(r"encoder\.layers\.\d+\.", n)}
    if not 1 <= layers <= len(there):
        raise ConfigError(f"WavLM: {path} has {len(there)} layers; give `layer` from 1 to {len(there)}")
    try:
        net = WavLm(tensors, layers)
    except KeyError as error:
        raise ConfigError(f"WavLM: {path} has no tensor {error.args[0]}; it should be {SOURCE}") from error
    Weights(weights.path, "WavLM", tensors, {}).into(net)
    return net
