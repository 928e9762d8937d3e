"""Imports between the packages go one way (docs/architecture.md), and the heavy ones wait until they are needed.

The source is read, not imported: an import inside a function counts as much as one at the top of a file.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

OWN = {
    "core": set(),
    "model": {"core"},
    "training": {"core", "model", "export"},
    "export": {"core", "model", "realtime"},
    "realtime": {"core"},
    "gui": {"core", "realtime"},
    "bench": {"core", "realtime"},
    "evaluation": {"core", "realtime"},
    "voxveil": {"core", "realtime", "gui", "bench", "evaluation", "training", "export"},
}
"""What each package may import of ours."""

FORBIDDEN = {
    "model": {"lightning", "onnx", "onnxruntime", "onnxscript", "sounddevice"},
    "realtime": {"torch", "lightning", "PySide6"},
    "gui": {"torch", "onnxruntime", "lightning"},
    "bench": {"torch"},
    "voxveil": {"torch"},
}

CORE_MAY = {"numpy", "soundfile", "soxr", "safetensors", "platformdirs"}


def _imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and top-level name of every absolute or relative import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, package if node.level else (node.module or "").split(".")[0]


def _wrong(package: str) -> list[str]:
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        for line, name in _imports(ast.parse(path.read_text(encoding="utf-8")), package):
            ours = name in OWN and name != package and name not in OWN[package]
            foreign = name in FORBIDDEN.get(package, set())
            beyond = (
                package == "core"
                and name not in OWN
                and name not in CORE_MAY | {"__future__"}
                and name not in sys.stdlib_module_names
            )
            if ours or foreign or beyond:
                found.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    return found


@pytest.mark.parametrize("package", sorted(OWN))
def test_imports_go_one_way(package: str) -> None:
    assert list((ROOT / package).rglob("*.py")), f"{package} has no files"
    assert not _wrong(package)


def test_a_wrong_import_is_seen() -> None:
    """The reader of this test finds imports wherever they hide."""
    text = "import core.spec\ndef f():\n    from torch.nn import functional\n    from . import x\n"
    assert list(_imports(ast.parse(text), "gui")) == [(1, "core"), (3, "torch"), (4, "gui")]


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("voxveil", {"numpy", "onnxruntime", "torch", "rich", "PySide6"}),
        ("voxveil.cli", {"numpy", "onnxruntime", "torch", "PySide6"}),
        ("realtime.engine", {"onnxruntime", "sounddevice", "torch"}),
        ("realtime.pipeline", {"torch", "sounddevice", "PySide6"}),
    ],
)
def test_heavy_libraries_wait(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    seen = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not absent & set(seen.stdout.split())
