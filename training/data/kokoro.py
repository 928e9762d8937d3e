"""A Kokoro-type synthesiser, opened up: F0 can be scaled, durations come out, timbre and melody from different voices.

Such a graph takes `tokens` int64 [1, n], `style` float32 [1, 256] and `speed` float32 [1], and gives `audio` at 24 kHz.
The first half of a style is timbre, the second half prosody (StyleTTS 2, Li et al. 2023). Inside, F0 is a tensor
[1, 1, frames of 12.5 ms] on its way into the decoder, and durations are a tensor [1, n] in frames of 25 ms.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import TensorProto, helper

from core.errors import ConfigError

F0_TENSOR = "/decoder/decoder/Unsqueeze_output_0"
DURATION_TENSOR = "/encoder/Clip_output_0"
HALF, STYLE = 128, 256
F0_HOP, DURATION_HOP = 300, 600
"""Samples of one F0 value and of one duration frame."""
SCALED, SCALE = "voxveil_f0_scaled", "voxveil_f0_scale"


@dataclass(frozen=True, eq=False)
class Spoken:
    """What the synthesiser says.

    Attributes:
        audio: float32 [n] at 24 kHz.
        f0: float32 [n / 300] in Hz, after scaling.
        frames: int64 [phonemes + 2], 600 samples each, pads at both ends included.
    """

    audio: np.ndarray
    f0: np.ndarray
    frames: np.ndarray


def open_up(model: onnx.ModelProto, f0: str = F0_TENSOR, durations: str = DURATION_TENSOR) -> onnx.ModelProto:
    """The graph with one multiplication put on F0, and F0 and durations among its outputs; `model` is changed.

    Raises:
        ConfigError: there is no tensor of that name.
    """
    graph = model.graph
    made = {name: i for i, node in enumerate(graph.node) for name in node.output}
    for tensor in (f0, durations):
        if tensor not in made:
            raise ConfigError(f"the graph has no tensor {tensor}; it is not the Kokoro export that this expects")
    for node in graph.node:
        for i, name in enumerate(node.input):
            if name == f0:
                node.input[i] = SCALED
    graph.node.insert(made[f0] + 1, helper.make_node("Mul", [f0, SCALE], [SCALED]))
    graph.input.append(helper.make_tensor_value_info(SCALE, TensorProto.FLOAT, [1]))
    graph.output.append(helper.make_tensor_value_info(SCALED, TensorProto.FLOAT, None))
    shape_less = onnx.ValueInfoProto()
    shape_less.name = durations
    graph.output.append(shape_less)
    return model


class Kokoro:
    """A synthesiser from its files.

    Args:
        graph: the ONNX graph.
        vocab: JSON, `{"vocab": {symbol: id}}` or `{symbol: id}`.
        voices: a folder of `NAME.bin`, float32 [lengths, 256], row i for i phonemes.
        threads: of the runtime.

    Raises:
        ConfigError: something is missing or of another kind.
    """

    def __init__(self, graph: Path, vocab: Path, voices: Path, threads: int = 1) -> None:
        for path in (graph, vocab, voices):
            if not path.exists():
                raise ConfigError(f"{path}: no such file or folder")
        listed = json.loads(vocab.read_text("utf8"))
        self.vocab: dict[str, int] = listed.get("vocab", listed)
        self.styles = {p.stem: _styles(p) for p in sorted(voices.glob("*.bin"))}
        if not self.styles:
            raise ConfigError(f"{voices} holds no voices (NAME.bin)")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        try:
            opened = open_up(onnx.load(str(graph))).SerializeToString()
            self.session = onnxruntime.InferenceSession(opened, options, providers=["CPUExecutionProvider"])
        except (RuntimeError, ValueError, DecodeError) as error:
            raise ConfigError(f"{graph} is no graph that can be run: {str(error).splitlines()[0]}") from error
        self.outputs = [o.name for o in self.session.get_outputs()]
        missing = {"tokens", "style", "speed"} - {i.name for i in self.session.get_inputs()}
        if missing:
            raise ConfigError(f"{graph} takes no {', '.join(sorted(missing))}; it is not a Kokoro export")

    def style(self, voice: str, phonemes: int) -> np.ndarray:
        """float32 [256] of a voice for an utterance of that many phonemes.

        Raises:
            ConfigError: no such voice.
        """
        if voice not in self.styles:
            raise ConfigError(f"no voice {voice}; there are {', '.join(self.styles)}")
        rows = self.styles[voice]
        return np.asarray(rows[min(phonemes, len(rows) - 1)])

    def speak(self, ids: Sequence[int], timbre: np.ndarray, prosody: np.ndarray, f0: float, speed: float) -> Spoken:
        """Phonemes in the timbre of one style and with the melody of another.

        Args:
            ids: without the pads.
            timbre, prosody: float32 [256].
            f0: factor on F0; speed: factor on tempo.
        """
        style = np.concatenate([timbre[:HALF], prosody[HALF:]])[None].astype(np.float32)
        feed = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": style,
            "speed": np.array([speed], np.float32),
            SCALE: np.array([f0], np.float32),
        }
        made = dict(zip(self.outputs, self.session.run(None, feed), strict=True))
        audio = next(value for name, value in made.items() if name not in (SCALED, DURATION_TENSOR))
        frames = np.round(made[DURATION_TENSOR].ravel()).astype(np.int64)
        return Spoken(audio.ravel().astype(np.float32), made[SCALED].ravel().astype(np.float32), frames)


def _styles(path: Path) -> np.ndarray:
    values = np.fromfile(path, "<f4")
    if not len(values) or len(values) % STYLE:
        raise ConfigError(f"{path} is no voice: {len(values)} numbers are not rows of {STYLE}")
    return values.reshape(-1, STYLE)
