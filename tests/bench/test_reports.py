"""Pages, plots and verdicts of `voxveil bench`, on runs whose figures are made up or measured on the sample."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.align import delays
from bench.cable import chirps
from bench.compare import against
from bench.latency import _parts
from bench.load import likeness
from bench.pages import write
from bench.peers import BLOCK, PEERS, RATE
from bench.rig import sample
from core.bundle import Bundle
from core.errors import ConfigError
from realtime.pipeline import Pipeline
from realtime.recording import anonymize
from realtime.snapshot import Snapshot, StageStats
from voxveil.cli import main
from voxveil.commands.bench_text import lines

TIMES = {"p50": 1.0, "p95": 2.0, "p99": 3.0, "max": 4.0, "mean": 1.1, "count": 200}
LOOKED_AT = ("delay_ms", "ring_fill_ms", "drift_ppm", "memory_mb", "open_files")
RUNS = {
    "latency": {
        "bundle": "x", "seconds": 10.0, "server": "PipeWire", "delay_ms": TIMES,
        "check_ms": {"known": 37.0, "measured": 37.01},
        "algorithmic_ms": 40.0, "parts_ms": {"block": 20.0, "output device": 5.0}, "series_ms": [25.0, 25.1, 26.0],
        "parts_check": {"sum": 25.0, "measured": 25.1, "difference": 0.1, "adds_up": True}, "silenced_blocks": 0,
        "xruns": {}, "first_voice_s": 1.2, "callbacks_ms": {"input callback": TIMES}, "memory_mb": 140.0,
        "engine": {"backend": "pipewire"},
    },
    "soak": {
        "bundle": "x", "seconds": 60.0, "server": "PipeWire", "delay_percentiles": TIMES, "blocks": 3000,
        **{name: {"first": 1.0, "last": 1.5, "per_hour": 0.5} for name in LOOKED_AT},
        "series": {name: [1.0, 2.0] for name in ("seconds", *LOOKED_AT)},
        "silenced_blocks": 0, "restarts": 0, "states": {"live": 60}, "xruns": {"late block": 2},
        "machine": {
            "seconds": 60, "seconds_with_xruns": 2, "moments_with_xruns": 2, "of_these_with_stalls": 1,
            "share_of_time_with_stalls": 0.1, "unexplained": [3.2], "stalls": 12, "longest_stall_ms": 5.0,
            "real_time": False, "server_real_time": False,
        },
    },
    "load": {
        "bundle": "x", "seconds": 3.0, "raw_correlation": 0.1, "raw": False,
        "levels": [{
            "programs": 1.0, "silenced_share": 0.2, "block_p99_ms": 9.0, "states": {"live": 3}, "restarts": 0,
            "xruns": {"late block": 3}, "recovered_s": 1.0,
        }],
    },
    "throughput": {
        "bundle": "x", "files": 2, "audio_s": 20.0,
        "runs": [{"jobs": 1, "took_s": 2.0, "hours_per_hour": 10.0, "scaling": 1.0}],
    },
    "compare": {
        "bundle": "x", "seconds": 5.0, "silenced_blocks": 0, "elsewhere": [],
        "rows": {
            "pass-through": {
                "delay_ms": TIMES, "block_ms": TIMES, "processor": 0.01, "delay_ratio": 1.0, "processor_ratio": 0.1,
            },
            "Voxveil": {
                "delay_ms": TIMES, "block_ms": TIMES, "processor": 0.1, "delay_ratio": 2.0, "processor_ratio": 1.0,
            },
        },
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", RUNS)
def test_a_run_becomes_text_json_picture_and_page(kind: str, tmp_path: Path) -> None:
    assert len(lines(kind, RUNS[kind])) >= 2
    paths = write(kind, RUNS[kind], tmp_path / "out", "voxveil bench")
    assert {path.suffix for path in paths} == {".json", ".png", ".html"}
    stored = json.loads((tmp_path / "out" / f"{kind}.json").read_text())
    assert stored["bundle"] == "x"
    assert (tmp_path / "out" / f"{kind}.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "out" / f"{kind}.html").read_text()
    assert "http" not in page
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_step_back_is_told_by_ratio_and_not_by_the_clock(tmp_path: Path) -> None:
    stored = tmp_path / "compare.json"
    stored.write_text(json.dumps(RUNS["compare"]))
    slower = json.loads(stored.read_text())
    for row in slower["rows"].values():
        row["delay_ms"] = {key: 3 * value for key, value in row["delay_ms"].items()}
    assert against(slower, stored) == []
    slower["rows"]["Voxveil"]["delay_ratio"] = 3.0
    slower["rows"]["pass-through"]["processor_ratio"] = 0.05
    assert len(against(slower, stored)) == 2
    stored.write_text("{}")
    with pytest.raises(ConfigError, match="no run of voxveil bench compare"):
        against(slower, stored)


def test_parts_that_do_not_add_up_are_said() -> None:
    stages = {"encoder": StageStats(2.0, 3.0, 4.0, 5.0, 9)}
    seen = Snapshot(delay_parts={"block": 20.0, "compute and wait": 6.0, "output device": 4.0}, stages=stages)
    found = _parts([(0.0, seen), (0.25, seen)], np.array([0.1, 0.2, 0.3]), np.array([31.0, 31.5, 90.0]))
    assert found["parts_ms"] == {"block": 20.0, "encoder": 2.0, "waiting for the output": 4.0, "output device": 4.0}
    assert found["parts_check"]["adds_up"]
    assert not _parts([(0.0, seen)], np.array([0.1]), np.array([33.0]))["parts_check"]["adds_up"]


def test_parts_are_held_against_what_was_measured_at_that_moment() -> None:
    """The delay doubles on the way: each figure fits its moment, though not the sum of medians."""
    short, long = (Snapshot(delay_parts={"block": 20.0, "compute and wait": wait}) for wait in (10.0, 40.0))
    looks = [(0.0, short), (1.0, long), (2.0, long)]
    found = _parts(looks, np.array([0.1, 0.2, 0.3, 1.1]), np.array([30.5, 30.5, 30.5, 60.5]))
    assert found["parts_check"]["difference"] == pytest.approx(0.5)
    assert found["parts_check"]["sum"] == pytest.approx(60.0)


@pytest.mark.parametrize(("name", "late_ms"), [("McAdams", 11.3), ("pitch shift", 31.5)])
def test_peers_speak_with_their_own_delay(name: str, late_ms: float) -> None:
    speech = sample()[: 6 * RATE]
    process = PEERS[name]()
    made = np.concatenate([process(block) for block in speech[: len(speech) // BLOCK * BLOCK].reshape(-1, BLOCK)])
    assert 1000 * np.median(delays(speech, made, RATE, 0.5)) == pytest.approx(late_ms, abs=2.0)
    assert likeness(speech, made) < 0.9


def test_the_raw_voice_is_told_from_the_made_one() -> None:
    speech = sample()[: 4 * RATE]
    late = np.concatenate([np.zeros(RATE // 20, np.float32), speech])
    assert likeness(speech, late) > 0.99
    bundle = Bundle.load()
    made = anonymize(Pipeline(bundle, "cpu"), speech, RATE, bundle.voices.row(bundle.default_voice), 1.0)
    assert likeness(speech, np.concatenate([np.zeros(RATE // 20, np.float32), made])) < 0.5


def test_chirps_measure_a_cable_to_a_tenth_of_a_millisecond() -> None:
    sent = chirps(4.0)
    heard = 0.1 * np.concatenate([np.zeros(round(0.0123 * RATE), np.float32), sent])
    assert 1000 * np.median(delays(sent, heard, RATE)) == pytest.approx(12.3, abs=0.1)


@pytest.mark.parametrize("words", [["throughput", "--jobs", "0"], ["soak", "--hours", "-1"]])
def test_what_cannot_be_measured(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1
