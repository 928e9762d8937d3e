"""Time and memory of one 20 ms block: flat out, and paced in real time, where caches go cold between blocks."""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import psutil

from core.audio_file import read_mono, resample
from core.bundle import Bundle
from core.spec import BLOCK, SAMPLE_RATE
from realtime.pipeline import Pipeline

BLOCK_SECONDS = BLOCK / SAMPLE_RATE
WARM_UP = 25
STAGES = ("encoder", "decoder", "vocoder", "block", "processor")
"""What is timed; "block" is a whole step by the clock, "processor" the time that this process was given
meanwhile: where others want the same core, the clock counts the waiting too."""
WHOLE, GIVEN = STAGES.index("block"), STAGES.index("processor")


@dataclass(frozen=True)
class Times:
    """Milliseconds of one stage over a run."""

    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class Compute:
    """What was measured.

    Attributes:
        flat_out, paced: times by stage, one block right after the other, and one every 20 ms.
        in_pairs: a chunk of 40 ms, two blocks together, paced. (The graphs have one block size, 20 ms.)
        speed: seconds of audio for a second of computing, flat out.
        late: blocks that took longer than 20 ms, paced.
        processor_share: processor seconds for a second of audio, paced (what a call costs; a proxy of energy).
        first_block_ms: the very first block after loading, with everything cold.
        memory_mb: resident memory of this process with the graphs loaded.
        start_seconds: to verify the bundle and load the graphs.
        provider: where the graphs ran. cores: that this process might use. busy: load of the machine meanwhile, 0..1.
    """

    flat_out: dict[str, Times]
    paced: dict[str, Times]
    in_pairs: Times
    speed: float
    late: int
    processor_share: float
    first_block_ms: float
    memory_mb: float
    start_seconds: float
    provider: str
    cores: int
    busy: float
    blocks: int

    def to_dict(self) -> dict[str, object]:
        """The same as plain values, for JSON."""
        return asdict(self)


def measure(
    bundle: Bundle, recording: str, seconds: float, provider: str = "auto", threads: int = 1, one_core: bool = True
) -> Compute:
    """Run `seconds` of a recording (repeated as needed) through the pipeline, flat out and then paced.

    Args:
        one_core: keep this process on one core, where the system can do that.
    """
    if one_core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    begin = time.perf_counter()
    pipeline = Pipeline(Bundle.load(bundle.path), provider, threads)
    start_seconds = time.perf_counter() - begin
    blocks = speech_blocks(recording, seconds)
    cold = timings_of(pipeline, blocks[:WARM_UP], paced=False)
    psutil.cpu_percent()
    flat = timings_of(pipeline, blocks, paced=False)
    paced = timings_of(pipeline, blocks, paced=True)
    pairs = timings_of(pipeline, blocks[: len(blocks) // 4 * 2], paced=True, at_once=2)[:, WHOLE]
    return Compute(
        flat_out=_summary(flat),
        paced=_summary(paced),
        in_pairs=Times(*map(float, 1e3 * np.percentile(pairs.reshape(-1, 2).sum(axis=1), [50, 95, 99, 100]))),
        speed=float(BLOCK_SECONDS * len(flat) / flat[:, WHOLE].sum()),
        late=int((paced[:, WHOLE] > BLOCK_SECONDS).sum()),
        processor_share=float(paced[:, GIVEN].mean() / BLOCK_SECONDS),
        first_block_ms=float(1e3 * cold[0, WHOLE]),
        memory_mb=psutil.Process().memory_info().rss / 1e6,
        start_seconds=start_seconds,
        provider=pipeline.provider,
        cores=len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count() or 1,
        busy=psutil.cpu_percent() / 100,
        blocks=len(blocks),
    )


def speech_blocks(recording: str, seconds: float) -> npt.NDArray[np.float32]:
    """float32 [n, 480]: the recording at 24 kHz, repeated to `seconds`."""
    samples, rate = read_mono(recording)
    speech = resample(samples, rate, SAMPLE_RATE)
    count = max(1, round(seconds / BLOCK_SECONDS))
    return np.resize(speech, count * BLOCK).reshape(count, BLOCK)


def timings_of(
    pipeline: Pipeline, blocks: npt.NDArray[np.float32], paced: bool, at_once: int = 1
) -> npt.NDArray[np.float64]:
    """Seconds [n, 5] of each stage for each block of 20 ms.

    Args:
        at_once: blocks that come together when paced, as with a device that gives 40 ms at a time.
    """
    voice = pipeline.bundle.voices.row(pipeline.bundle.default_voice)
    state = pipeline.initial_state()
    took = np.zeros((len(blocks), len(STAGES)))
    timings: dict[str, float] = {}
    begin = time.perf_counter()
    for number, block in enumerate(blocks):
        if paced and number % at_once == 0:
            time.sleep(max(0.0, begin + number * BLOCK_SECONDS - time.perf_counter()))
        given, start = time.process_time(), time.perf_counter()
        _, state = pipeline.step(block, state, voice, 1.0, timings)
        timings["block"] = time.perf_counter() - start
        timings["processor"] = time.process_time() - given
        took[number] = [timings[stage] for stage in STAGES]
    return took


def _summary(took: npt.NDArray[np.float64]) -> dict[str, Times]:
    shares = 1e3 * np.percentile(took, [50, 95, 99, 100], axis=0)
    return {stage: Times(*map(float, shares[:, column])) for column, stage in enumerate(STAGES)}
