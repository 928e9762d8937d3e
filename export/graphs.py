"""The three ONNX graphs: static shapes, batch of one, state packed in one tensor in and out."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from onnxscript import ir, optimizer
from torch import Tensor, nn

from core.spec import BLOCK, FRAMES, MELS
from export.names import name_matrices
from export.simplify import pick_in_place
from model.live import LiveModel
from model.streaming import State, pack, unpack

OPSET = 20
KEPT = (".conv.weight", ".conv.bias")
"""Endings of the names of parameters that a stack of gated blocks brings into tables before it uses them."""


class EncoderGraph(nn.Module):
    """audio (1, 480), state to codes int64 (1, 3), prosody (1, 2, 3), state_out."""

    def __init__(self, model: LiveModel) -> None:
        super().__init__()
        self.encoder = model.encoder
        self.like: State = model.encoder.initial_state()

    def forward(self, audio: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        (codes, prosody), new = self.encoder.stream(audio, unpack(state, self.like))
        return codes[:, 0], prosody, pack(_ordered(new, self.like))


class DecoderGraph(nn.Module):
    """codes, prosody, voice (1, V), knob (1, 1), state to mel (1, 2, 80), f0 (1, 2), voicing (1, 2), state_out."""

    def __init__(self, model: LiveModel) -> None:
        super().__init__()
        self.decoder = model.decoder
        self.books = nn.ModuleList(model.books)
        self.like: State = model.decoder.initial_state()

    def forward(
        self, codes: Tensor, prosody: Tensor, voice: Tensor, knob: Tensor, state: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        books = list(self.books)
        outputs, new = self.decoder.stream(
            codes[:, None],
            prosody,
            voice,
            knob,
            books,  # type: ignore[arg-type]
            unpack(state, self.like),
        )
        return *outputs, pack(_ordered(new, self.like))


class VocoderGraph(nn.Module):
    """mel, f0, voicing, noise (1, 480), state to audio (1, 480), state_out."""

    def __init__(self, model: LiveModel) -> None:
        super().__init__()
        self.vocoder = model.vocoder
        self.like: State = model.vocoder.initial_state()

    def forward(self, mel: Tensor, f0: Tensor, voicing: Tensor, noise: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        audio, new = self.vocoder.stream(mel, f0, voicing, noise, unpack(state, self.like))
        return audio, pack(_ordered(new, self.like))


def _ordered(state: State, like: State) -> State:
    return {name: state[name] for name in like}


def wrap(model: LiveModel) -> dict[str, tuple[nn.Module, dict[str, Tensor], list[str]]]:
    """Each graph's module, its example inputs by name (the shapes of the contract) and its output names."""
    voice = torch.zeros(1, model.config.voice_dim + 2)
    voice[0, -2], voice[0, -1] = 5.0, 0.2
    codes = torch.zeros(1, len(model.books), dtype=torch.int64)
    encoder, decoder, vocoder = EncoderGraph(model), DecoderGraph(model), VocoderGraph(model)
    frames = {"f0": torch.full((1, FRAMES), 150.0), "voicing": torch.ones(1, FRAMES)}
    return {
        "encoder": (
            encoder,
            {"audio": torch.zeros(1, BLOCK), "state": pack(encoder.like)},
            ["codes", "prosody", "state_out"],
        ),
        "decoder": (
            decoder,
            {
                "codes": codes,
                "prosody": torch.zeros(1, FRAMES, 3),
                "voice": voice,
                "knob": torch.ones(1, 1),
                "state": pack(decoder.like),
            },
            ["mel", "f0", "voicing", "state_out"],
        ),
        "vocoder": (
            vocoder,
            {
                "mel": torch.zeros(1, FRAMES, MELS),
                **frames,
                "noise": torch.zeros(1, BLOCK),
                "state": pack(vocoder.like),
            },
            ["audio", "state_out"],
        ),
    }


def export_graphs(model: LiveModel, folder: Path) -> dict[str, dict[str, dict[str, list[int]]]]:
    """Write encoder.onnx, decoder.onnx and vocoder.onnx into `folder`.

    Returns:
        For each graph the shapes of its inputs and outputs by name, for the manifest.
    """
    model = model.eval().float()
    shapes: dict[str, dict[str, dict[str, list[int]]]] = {}
    for name, (module, inputs, outputs) in wrap(model).items():
        with torch.no_grad():
            results = module(*inputs.values())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module.eval(),
                tuple(inputs.values()),
                dynamo=True,
                external_data=False,
                opset_version=OPSET,
                input_names=list(inputs),
                output_names=outputs,
                verbose=False,
                optimize=False,
            )
            assert program is not None
            optimizer.optimize_ir(program.model, should_fold=_unless_kept)
        program.save(str(folder / f"{name}.onnx"), external_data=False)
        forget_sources(folder / f"{name}.onnx")
        name_matrices(folder / f"{name}.onnx", module)
        pick_in_place(folder / f"{name}.onnx")
        shapes[name] = {
            "inputs": {key: list(value.shape) for key, value in inputs.items()},
            "outputs": {key: list(value.shape) for key, value in zip(outputs, results, strict=True)},
        }
    return shapes


def _unless_kept(node: ir.Node) -> bool | None:
    """Parameters stay in the graph under their own names, by which they can be read back (`export.reverse`); what is
    made of them, the runtime makes once, when it loads the graph.
    """
    return False if any(given is not None and (given.name or "").endswith(KEPT) for given in node.inputs) else None


def forget_sources(path: Path) -> None:
    """Rewrite a graph without the notes that torch leaves in it: lines of source, and the folders where they stand."""
    model = onnx.load(str(path))
    parts = [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer]
    for part in [*parts, *model.graph.input, *model.graph.output]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(model, str(path))
