"""The figures of `voxveil bench compute` are there and fit each other."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from bench.compute import STAGES, speech_blocks
from core.assets import sample_path


def test_the_figures_fit_each_other() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voxveil", "bench", "compute", "--seconds", "1", "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["blocks"] == 50
    for way in ("flat_out", "paced"):
        assert set(found[way]) == set(STAGES)
        for times in found[way].values():
            assert 0 < times["p50"] <= times["p95"] <= times["p99"] <= times["max"]
        parts = sum(found[way][stage]["p50"] for stage in STAGES[:3])
        assert parts < 1.5 * found[way]["block"]["p50"]
    assert found["speed"] > 0
    assert found["processor_share"] > 0
    assert found["first_block_ms"] > 0
    assert 20 < found["memory_mb"] < 400
    assert found["provider"] in ("CPU", "CUDA")


def test_speech_is_repeated_to_the_length_that_is_asked_for() -> None:
    blocks = speech_blocks(str(sample_path()), 20.0)
    assert blocks.shape == (1000, 480)
    once = round(9.75 * 24_000)
    np.testing.assert_array_equal(blocks.reshape(-1)[once : once + 480], blocks[0])


@pytest.mark.parametrize("words", [["--seconds", "0"], ["--threads", "0"]])
def test_what_cannot_be_measured(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voxveil", "bench", "compute", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
