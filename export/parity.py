"""Do the shipped graphs say what the torch model says? Measured over a real recording, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.bundle import Bundle
from core.errors import BundleError
from core.spec import BLOCK, HOP
from model.live import LiveModel
from realtime.pipeline import Pipeline, noise_block

TOLERANCE = 1e-4
RARE, STEP = 0.002, 1e-3
"""Up to this share of the hops may differ by up to `STEP`: the pulses have a whole number of harmonics, and where F0 is
within a rounding error of one more or less, the harmonic at 11 kHz is there or not for the length of a hop."""


@dataclass(frozen=True)
class Parity:
    """Largest absolute differences per sample, but for rare hops: ONNX streaming against torch streaming, and torch
    streaming against torch offline; the largest of all in `rare`; the number of samples, and the level of the output
    (RMS), so that silence cannot pass.
    """

    onnx: float
    streaming: float
    rare: float
    samples: int
    level: float


def compare(model: LiveModel, bundle: Bundle, samples: np.ndarray, voice: np.ndarray, stride: int = 1) -> Parity:
    """Run the same recording three ways.

    Args:
        samples: float32 [n] at 24 kHz; what does not fill a block at the end is left out.
        voice: float32 [V].
        stride: blocks per step of torch streaming; the graphs always go block by block.
    """
    count = len(samples) // BLOCK
    audio = torch.from_numpy(np.ascontiguousarray(samples[: count * BLOCK], np.float32))[None]
    noise = torch.from_numpy(np.concatenate([noise_block(0, i) for i in range(count)]))[None]
    row, knob = torch.from_numpy(voice)[None], torch.ones(1, 1)
    pipeline, packed = Pipeline(bundle, "cpu"), []
    state = pipeline.initial_state()
    streamed, memory = [], model.initial_state()
    with torch.no_grad():
        offline = model(audio, row, knob, noise)[0].numpy()
        for i in range(count):
            span = slice(i * BLOCK, (i + 1) * BLOCK)
            block, state = pipeline.step(audio[0, span].numpy(), state, voice, 1.0)
            packed.append(block)
        for i in range(0, count, stride):
            span = slice(i * BLOCK, (i + stride) * BLOCK)
            piece, memory = model.stream(audio[:, span], row, knob, noise[:, span], memory)
            streamed.append(piece[0].numpy())
    torch_streamed = np.clip(np.concatenate(streamed), -1, 1)
    onnx_streamed, offline = np.concatenate(packed), np.clip(offline, -1, 1)
    (onnx, onnx_rare), (streaming, rare) = apart(onnx_streamed, torch_streamed), apart(torch_streamed, offline)
    return Parity(
        onnx,
        streaming,
        max(onnx_rare, rare),
        count * BLOCK,
        float(np.sqrt(np.mean(offline.astype(np.float64) ** 2))),
    )


def apart(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """The largest difference outside of the rare hops that differ most, and the largest of all."""
    by_hop = np.sort(np.abs(a - b).reshape(-1, HOP).max(axis=1))
    return float(by_hop[-1 - int(RARE * len(by_hop))]), float(by_hop[-1])


def demand(parity: Parity) -> None:
    """Raises BundleError where a difference is larger than TOLERANCE, or that of a rare hop larger than STEP."""
    if max(parity.onnx, parity.streaming) > TOLERANCE or parity.rare > STEP:
        raise BundleError(
            f"the exported graphs differ from the model by {parity.rare:.1e} per sample (allowed: {TOLERANCE:.0e}); "
            "do not ship this bundle, and report how it was trained"
        )
