"""The onnxruntime chain: a value in, a value out; deterministic, safe against bad samples, honest about providers."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.assets import sample_path
from core.audio_file import read_mono, resample
from core.bundle import Bundle
from core.errors import BundleError, ConfigError, VoiceError
from core.spec import BLOCK, HEARD_HZ, SAMPLE_RATE
from realtime.pipeline import CPU, Pipeline, State, clean, cuda_is_here, noise_block
from tests.bundles import copy_default, edit_manifest

Blocks = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(Bundle.load(), "cpu")


@pytest.fixture(scope="module")
def blocks() -> Blocks:
    """Two seconds of the bundled speech, [100, 480]."""
    samples, rate = read_mono(sample_path())
    speech = resample(samples[: 2 * rate], rate, SAMPLE_RATE)
    return speech[: 100 * BLOCK].reshape(-1, BLOCK)


def run(pipeline: Pipeline, blocks: Blocks, state: State | None = None, knob: float = 1.0) -> tuple[Blocks, State]:
    state = state or pipeline.initial_state()
    voice = pipeline.bundle.voices.row(pipeline.bundle.default_voice)
    out = []
    for block in blocks:
        samples, state = pipeline.step(block, state, voice, knob)
        out.append(samples)
    return np.stack(out), state


def test_speech_in_gives_speech_out(pipeline: Pipeline, blocks: Blocks) -> None:
    out, state = run(pipeline, blocks)
    assert out.shape == blocks.shape
    assert out.dtype == np.float32
    assert state.position == len(blocks)
    assert np.sqrt(np.mean(out**2)) > 0.1 * np.sqrt(np.mean(blocks**2))


def test_the_same_input_gives_the_same_output_to_the_bit(pipeline: Pipeline, blocks: Blocks) -> None:
    np.testing.assert_array_equal(run(pipeline, blocks[:40])[0], run(pipeline, blocks[:40])[0])


def test_state_is_a_value(pipeline: Pipeline, blocks: Blocks) -> None:
    """From a kept state the same blocks give the same samples, whatever was done in between."""
    _, middle = run(pipeline, blocks[:20])
    first, _ = run(pipeline, blocks[20:40], middle)
    run(pipeline, blocks[40:60], middle)
    again, _ = run(pipeline, blocks[20:40], middle)
    np.testing.assert_array_equal(first, again)


def test_the_future_never_changes_what_was_given(pipeline: Pipeline, blocks: Blocks) -> None:
    changed = blocks.copy()
    changed[30:] = np.random.default_rng(0).normal(0, 0.2, changed[30:].shape)
    np.testing.assert_array_equal(run(pipeline, blocks[:30])[0], run(pipeline, changed)[0][:30])


def test_what_lies_above_8_khz_is_not_listened_to(pipeline: Pipeline, blocks: Blocks) -> None:
    """Why the live engine's filter may let the highest kilohertz fold: `core.spec.HEARD_HZ`."""
    rng = np.random.default_rng(1)
    spectrum = np.fft.rfft(rng.standard_normal(blocks.size))
    hertz = np.fft.rfftfreq(blocks.size, 1 / SAMPLE_RATE)
    loudness = np.sqrt(np.mean(blocks**2))

    def heard(low: float, high: float) -> Blocks:
        band = np.fft.irfft(np.where((hertz > low) & (hertz < high), spectrum, 0), blocks.size)
        return (blocks + (0.3 * loudness / band.std() * band).astype(np.float32).reshape(blocks.shape)).astype("f4")

    clean, _ = run(pipeline, blocks)
    above, _ = run(pipeline, heard(HEARD_HZ + 200, SAMPLE_RATE / 2))
    below, _ = run(pipeline, heard(HEARD_HZ - 2000, HEARD_HZ - 200))
    error, other = (np.sqrt(np.mean((sound - clean) ** 2) / np.mean(clean**2)) for sound in (above, below))
    assert other > 0.2
    assert error < 0.2 * other


def test_the_voice_and_the_knob_change_the_output(pipeline: Pipeline, blocks: Blocks) -> None:
    state = pipeline.initial_state()
    names = pipeline.bundle.voices.names
    outputs = []
    for name in (names[0], names[-1]):
        now = state
        for block in blocks[:50]:
            samples, now = pipeline.step(block, now, pipeline.bundle.voices.row(name))
        outputs.append(samples)
    assert np.abs(outputs[0] - outputs[1]).max() > 1e-3
    assert np.abs(run(pipeline, blocks, knob=0.0)[0] - run(pipeline, blocks, knob=1.0)[0]).max() > 1e-3


def test_bad_samples_count_as_silence_and_loud_ones_are_clipped(pipeline: Pipeline, blocks: Blocks) -> None:
    broken, mended = blocks[:10].copy(), blocks[:10].copy()
    broken[3, 100:110], mended[3, 100:110] = np.nan, 0.0
    broken[4, 7], mended[4, 7] = np.inf, 0.0
    broken[5, 0], mended[5, 0] = -30.0, -1.0
    np.testing.assert_array_equal(run(pipeline, broken)[0], run(pipeline, mended)[0])


def test_a_broken_state_gives_silence_and_a_new_start(pipeline: Pipeline, blocks: Blocks) -> None:
    start = pipeline.initial_state(seed=3)
    broken = replace(start, vocoder=np.full_like(start.vocoder, np.nan), position=9)
    voice = pipeline.bundle.voices.row(pipeline.bundle.default_voice)
    samples, state = pipeline.step(blocks[50], broken, voice)
    np.testing.assert_array_equal(samples, np.zeros(BLOCK))
    assert (state.position, state.seed) == (0, 3)
    assert not state.vocoder.any()


def test_output_stays_in_range(pipeline: Pipeline) -> None:
    loud = np.sign(np.random.default_rng(0).normal(size=(50, BLOCK))).astype(np.float32)
    out, _ = run(pipeline, loud)
    assert np.abs(out).max() <= 1.0


def test_timings_are_given_on_request(pipeline: Pipeline, blocks: Blocks) -> None:
    timings: dict[str, float] = {}
    pipeline.step(blocks[0], pipeline.initial_state(), pipeline.bundle.voices.row("iris"), 1.0, timings)
    assert set(timings) == {"encoder", "decoder", "vocoder"}
    assert all(seconds > 0 for seconds in timings.values())


def test_a_pause_between_graphs_changes_no_sample_and_no_timing(pipeline: Pipeline, blocks: Blocks) -> None:
    plain, _ = run(pipeline, blocks[:5])
    pauses: list[float] = []

    def pause() -> None:
        time.sleep(0.05)
        pauses.append(0.05)

    pipeline.between = pause
    try:
        paused, _ = run(pipeline, blocks[:5])
        timings: dict[str, float] = {}
        row = pipeline.bundle.voices.row(pipeline.bundle.default_voice)
        pipeline.step(blocks[0], pipeline.initial_state(), row, 1.0, timings)
    finally:
        pipeline.between = None
    assert len(pauses) == 12, "two in each block"
    assert np.array_equal(plain, paused)
    assert timings["decoder"] < 0.05 > timings["vocoder"]


def test_wrong_sizes_are_refused(pipeline: Pipeline, blocks: Blocks) -> None:
    state = pipeline.initial_state()
    with pytest.raises(ValueError, match="480 samples"):
        pipeline.step(blocks[0][:100], state, pipeline.bundle.voices.row("iris"))
    with pytest.raises(VoiceError, match="numbers"):
        pipeline.step(blocks[0], state, np.zeros(3))


def test_the_providers_are_those_in_use(pipeline: Pipeline) -> None:
    assert pipeline.providers == {name: [CPU] for name in ("encoder", "decoder", "vocoder")}
    assert pipeline.provider == "CPU"
    auto = Pipeline(Bundle.load())
    assert auto.provider == ("CUDA" if cuda_is_here() else "CPU")


def test_providers_that_cannot_be_had() -> None:
    with pytest.raises(ConfigError, match="unknown"):
        Pipeline(Bundle.load(), "tpu")
    if not cuda_is_here():
        with pytest.raises(ConfigError, match="CUDA"):
            Pipeline(Bundle.load(), "cuda")


def test_a_graph_that_does_not_load(tmp_path: Path) -> None:
    folder = copy_default(tmp_path, own=("vocoder.onnx",))
    (folder / "vocoder.onnx").write_bytes(b"no graph")
    with pytest.raises(BundleError, match=r"vocoder\.onnx does not load"):
        Pipeline(Bundle.load(folder, verify=False))


def test_a_graph_with_other_inputs_than_the_manifest_says(tmp_path: Path) -> None:
    folder = copy_default(tmp_path)

    def change(manifest: dict) -> None:  # type: ignore[type-arg]
        graph = manifest["graphs"]["encoder"]
        graph["inputs"]["state"] = graph["outputs"]["state_out"] = [1, 5]

    edit_manifest(folder, change)
    with pytest.raises(BundleError, match="its manifest says"):
        Pipeline(Bundle.load(folder))


def test_noise_is_a_function_of_seed_and_position() -> None:
    np.testing.assert_array_equal(noise_block(1, 2), noise_block(1, 2))
    assert not np.array_equal(noise_block(1, 2), noise_block(1, 3))
    assert not np.array_equal(noise_block(1, 2), noise_block(2, 2))
    many = np.concatenate([noise_block(0, i) for i in range(500)])
    assert abs(many.mean()) < 0.01
    assert abs(many.std() - 1) < 0.01
    neighbours = np.corrcoef(many[:-BLOCK], many[BLOCK:])[0, 1]
    assert abs(neighbours) < 0.02


def test_clean_leaves_good_samples_alone() -> None:
    good = np.linspace(-1, 1, BLOCK, dtype=np.float32)
    np.testing.assert_array_equal(clean(good), good)


@pytest.mark.parametrize("blocks_of_silence", [400, pytest.param(30_000, marks=pytest.mark.slow)])
def test_silence_does_not_slow_the_model(pipeline: Pipeline, blocks: Blocks, blocks_of_silence: int) -> None:
    """Filters that ring out reach numbers so small that processors take many times as long; 30 000 is ten minutes."""
    voice = pipeline.bundle.voices.row(pipeline.bundle.default_voice)
    state = pipeline.initial_state()
    times: list[float] = []
    quiet = np.zeros(480, np.float32)
    for block in [*blocks[:50], *[quiet] * blocks_of_silence]:
        begin = time.thread_time()
        out, state = pipeline.step(block, state, voice)
        times.append(time.thread_time() - begin)
    assert np.median(times[-200:]) < 2.0 * np.median(times[10:50])
    assert np.sqrt(np.mean(out**2)) < 0.02
