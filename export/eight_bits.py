"""Matrices in 8 bits: a block then reads a quarter of the bytes, and those of all layers stay in the processor's cache.

`MatMulNBits` is onnxruntime's own operator (domain com.microsoft). Each column of a matrix is cut into blocks of BLOCK
numbers, each with a scale; on a processor the other factor is rounded to 8 bits while it runs, block by block too, and
sums are exact. On CUDA the matrix is turned back to float32 there and only its rounding is left.

Which matrices: those that were learned, which are the ones that `export.compact` stores in half precision, with at
least SMALLEST numbers. What was computed (DFT, cosines, mel filters, codebooks) or is small stays float32.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper
from onnx.numpy_helper import to_array

from core.bundle import VOICES_FILE, Bundle, write_manifest_like
from core.manifest import GRAPHS
from export.names import TURNED
from export.simplify import pick_in_place

BLOCK = 32
"""Numbers that share a scale. Smaller costs space (an eighth of it is scales now) and gains nothing in what was
measured; 128 takes as long and loses 7 dB in the decoder (docs/bundle.md)."""
SMALLEST = 40_000
"""Matrices with fewer numbers stay as they are. They lie in the cache anyway, and among them is all of the pitch
network, whose roundings flip voicing decisions."""
PRECISION = "8-bit matrices in blocks of 32, else float16"
"""What the manifest says of such graphs."""
DOMAIN, OPERATOR = "com.microsoft", "MatMulNBits"
ON_INTEGERS = 4
"""The operator's `accuracy_level`: both factors in 8 bits, sums in 32."""
ZERO = 128
"""The byte that stands for 0."""
MATRIX, SCALES = "_q8", "_q8_scales"
"""Endings of names: bytes (N, blocks, BLOCK) and float32 (N, blocks) of a matrix (K, N)."""

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Matrices = dict[str, tuple[Bytes, Floats]]
"""Bytes and scales of matrices by their name in the graph."""


def quantise(matrix: Floats, block: int = BLOCK) -> tuple[Bytes, Floats]:
    """A matrix (K, N) to bytes (N, blocks, block), the last block filled up with zeros, and scales (N, blocks).

    The largest number of a block becomes 127 steps: so quantising again what was quantised changes nothing.
    """
    rows, columns = matrix.shape
    count = -(-rows // block)
    padded = np.zeros((columns, count * block), np.float32)
    padded[:, :rows] = matrix.T
    blocks = padded.reshape(columns, count, block)
    scales = np.abs(blocks).max(axis=2) / np.float32(127)
    scales[scales == 0] = 1
    steps = np.clip(np.rint(blocks / scales[..., None]), -127, 127)
    return (steps + ZERO).astype(np.uint8), scales.astype(np.float32)


def dequantise(steps: Bytes, scales: Floats, rows: int) -> Floats:
    """Back to a matrix (K, N), K = `rows`."""
    blocks = (steps.astype(np.float32) - ZERO) * scales[..., None]
    return np.ascontiguousarray(blocks.reshape(len(steps), -1)[:, :rows].T)


def quantise_graph(source: Path, target: Path, smallest: int = SMALLEST, held: Matrices | None = None) -> list[str]:
    """Write a graph whose large learned matrices are in 8 bits.

    Args:
        source: a graph that went through `export.compact.store_half`.
        smallest: numbers that a matrix must have.
        held: matrices that have been in 8 bits before, which are taken as they were.

    Returns:
        The names of these matrices; empty if there is none, the graph is then as it was.
    """
    model = onnx.load(str(source))
    graph = model.graph
    halves = {i.name: i for i in graph.initializer if i.data_type == onnx.TensorProto.FLOAT16}
    casts = {node.output[0]: node for node in graph.node if node.op_type == "Cast" and node.input[0] in halves}
    stored, nodes = {}, []
    for node in graph.node:
        turned = _turned(node)
        if turned is None or node.input[1] not in casts:
            nodes.append(node)
            continue
        weight = halves[casts[node.input[1]].input[0]]
        if len(weight.dims) != 2 or np.prod(weight.dims) < smallest:
            nodes.append(node)
            continue
        matrix = to_array(weight).astype(np.float32)
        name = node.input[1]
        if turned:
            matrix, name = matrix.T, name.removesuffix(TURNED) if name.endswith(TURNED) else name + TURNED
        stored[name] = held[name] if held and name in held else quantise(matrix)
        nodes += _product(node, name, *matrix.shape)
    used = {name for node in nodes if node.op_type != "Cast" for name in node.input}
    kept = [node for node in nodes if node.output[0] not in casts or node.output[0] in used]
    gone = set(halves) - {node.input[0] for node in kept if node.op_type == "Cast"} - used
    weights = [i for i in graph.initializer if i.name not in gone]
    for name, (steps, scales) in stored.items():
        weights += [numpy_helper.from_array(steps, name + MATRIX), numpy_helper.from_array(scales, name + SCALES)]
    for field, values in (("node", kept), ("initializer", weights)):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    if stored and all(held.domain != DOMAIN for held in model.opset_import):
        model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    onnx.save(model, str(target))
    return list(stored)


def held_matrices(graph: onnx.GraphProto) -> Matrices:
    """All matrices of a graph that are in 8 bits."""
    stored = {i.name: i for i in graph.initializer}
    names = [name.removesuffix(MATRIX) for name in stored if name.endswith(MATRIX)]
    return {name: (to_array(stored[name + MATRIX]), to_array(stored[name + SCALES])) for name in names}


def quantise_bundle(source: Bundle, folder: Path, before: Bundle | None = None) -> Bundle:
    """Write the bundle with matrices in 8 bits into a new `folder`.

    Args:
        before: the bundle in 8 bits whose weights `source` was made of: its matrices are taken as they were, and what
            was measured of it is still true. Without it what was measured is left out, it was the other bundle.
    """
    folder.mkdir()
    found = []
    for name in GRAPHS:
        held = held_matrices(onnx.load(str(before.graph_path(name))).graph) if before else None
        found += quantise_graph(source.graph_path(name), folder / f"{name}.onnx", held=held)
        pick_in_place(folder / f"{name}.onnx")  # as a new export would be
    (folder / VOICES_FILE).write_bytes((source.path / VOICES_FILE).read_bytes())
    measured = before.manifest["measured"] if before else {}
    return write_manifest_like(source, folder, measured, PRECISION if found else source.precision)


def _turned(node: onnx.NodeProto) -> bool | None:
    """Whether a product takes its constant factor transposed; None if the node is no plain product."""
    if node.op_type == "MatMul":
        return False
    if node.op_type != "Gemm":
        return None
    held = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    plain = held.get("alpha", 1.0) == 1.0 and held.get("beta", 1.0) == 1.0 and not held.get("transA", 0)
    return bool(held.get("transB", 0)) if plain else None


def _product(node: onnx.NodeProto, name: str, rows: int, columns: int) -> list[onnx.NodeProto]:
    """The nodes that stand for a product. A bias stays an addition: the runtime draws it in where it can."""
    bias = node.input[2] if len(node.input) > 2 else ""
    result = f"{node.output[0]}_product" if bias else node.output[0]
    product = helper.make_node(
        OPERATOR,
        [node.input[0], name + MATRIX, name + SCALES],
        [result],
        name=node.name,
        domain=DOMAIN,
        K=rows,
        N=columns,
        bits=8,
        block_size=BLOCK,
        accuracy_level=ON_INTEGERS,
    )
    return [product, helper.make_node("Add", [result, bias], list(node.output))] if bias else [product]
