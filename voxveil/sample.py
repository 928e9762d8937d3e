"""The bundled sample through the live engine, in real time: what a machine without devices can show."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from core.assets import sample_path
from core.audio_file import read_mono
from core.bundle import Bundle
from core.errors import AudioFileError, DeviceError
from core.spec import BLOCK, SAMPLE_RATE
from realtime.config import EngineConfig
from realtime.engine import Engine
from realtime.snapshot import Snapshot
from voxveil.commands.voice_options import chosen_voice

START_SECONDS = 20.0
EXTRA_SECONDS = 10.0
COMPUTE = ("resample in", "encoder", "decoder", "vocoder", "resample out", "block")
"""The stages whose times are shown: what the worker does with one block, and their sum."""
STEP_SECONDS = 0.002
MAX_DELAY_SECONDS = 0.3
SURE = 0.5


def run_sample(args: argparse.Namespace) -> int:
    """Send the sample through the engine process block by block, write what comes out, and print what was measured.

    Raises:
        DeviceError: the engine failed, with its reason. AudioFileError: the output folder cannot be made.
    """
    bundle = Bundle.load(args.bundle)
    row, name = chosen_voice(args, bundle)
    source = sample_path()
    speech, rate = read_mono(source)
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioFileError(f"{args.out} cannot be made: {error.strerror or error}") from error
    target = args.out / "sample.wav"
    target.unlink(missing_ok=True)
    config = EngineConfig(
        bundle=str(bundle.path),
        voice_row=tuple(row.tolist()),
        prosody=args.prosody,
        input=str(source),
        output=str(target.resolve()),
        backend="file",
    )
    console = Console(highlight=False)
    if args.way == "auto":
        console.print("No screen and no microphone here: a recording goes through the live engine, in real time.")
    first = time.perf_counter()
    with Engine() as engine:
        engine.start(config)
        seen = engine.wait(timeout=START_SECONDS)
        started = time.perf_counter() - first
        if seen.state != "live":
            raise DeviceError(seen.reason or f"the engine was still {seen.state} after {START_SECONDS:g} s")
        last = _follow(engine, len(speech) / rate, console)
    if not target.exists():
        raise DeviceError("the engine ended without writing its output; run again with a quieter machine")
    _report(console, bundle, name, source, target, last, started)
    return 0


def _follow(engine: Engine, seconds: float, console: Console) -> Snapshot:
    """Show the progress until the engine is idle again; the last snapshot with a measured delay."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    begin = time.monotonic()
    best = last = engine.snapshot()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("live", total=seconds)
        while last.state not in ("idle", "failed") and time.monotonic() < begin + seconds + EXTRA_SECONDS:
            time.sleep(0.1)
            last = engine.snapshot()
            if last.state == "live" and last.delay_ms:
                best = last
            bar.update(task, completed=min(seconds, time.monotonic() - begin), description=last.state)
    if last.state == "failed":
        raise DeviceError(last.reason)
    return best


def _report(
    console: Console, bundle: Bundle, voice: str, source: Path, target: Path, last: Snapshot, started: float
) -> None:
    spoken, rate = read_mono(source)
    heard, _ = read_mono(target)
    by_ear = file_delay(spoken, heard, rate)
    facts = Table.grid(padding=(0, 2))
    facts.add_row("input", str(source))
    facts.add_row("output", str(target.resolve()))
    facts.add_row("voice", f"{voice}, of bundle {bundle.name}")
    facts.add_row("runs on", last.provider)
    facts.add_row(
        "algorithmic latency", f"{bundle.latency_ms:.0f} ms (block {BLOCK / SAMPLE_RATE * 1e3:.0f} + look-ahead)"
    )
    facts.add_row("measured delay", f"{last.delay_ms:.1f} ms (as timed by the engine, input to output)")
    if by_ear is not None:
        facts.add_row("", f"{1e3 * by_ear:.0f} ms (by correlating the loudness of the two files)")
    block = last.stages["block"]
    facts.add_row("real-time factor", f"{block.p50 / (1e3 * BLOCK / SAMPLE_RATE):.3f} (median block; 1 is too slow)")
    facts.add_row("start to first voice", f"{started:.2f} s")
    late = {kind: count for kind, count in last.xruns.items() if count}
    facts.add_row("trouble", ", ".join(f"{kind}: {count}" for kind, count in late.items()) or "none")
    if last.memory_mb:
        facts.add_row("engine memory", f"{last.memory_mb:.0f} MB")
    times = Table("per 20 ms block", "p50 ms", "p99 ms", box=None, pad_edge=False, header_style="bold")
    for stage in COMPUTE:
        if stage in last.stages:
            times.add_row(
                "all of it" if stage == "block" else stage,
                f"{last.stages[stage].p50:.2f}",
                f"{last.stages[stage].p99:.2f}",
            )
    console.print(facts, "", times, sep="\n", soft_wrap=True)


def file_delay(spoken: npt.NDArray[np.float32], heard: npt.NDArray[np.float32], rate: int) -> float | None:
    """Seconds by which `heard` lags behind `spoken`, from their loudness curves (2 ms steps, at most 0.3 s).

    The voice is another one, so samples do not match; syllables do. None where the curves are not alike (correlation
    under 0.5), as with silence.
    """
    step = round(STEP_SECONDS * rate)
    count = min(len(spoken), len(heard)) // step
    curves = []
    for signal in (spoken, heard):
        power = np.square(signal[: count * step].astype(np.float64)).reshape(count, step).mean(axis=1)
        level = np.log10(power + 1e-6)
        curves.append(np.convolve(level, np.hanning(11) / np.hanning(11).sum(), mode="same"))
    lags = range(min(count // 2, round(MAX_DELAY_SECONDS / STEP_SECONDS)))
    alike = [float(np.corrcoef(curves[0][: count - lag], curves[1][lag:])[0, 1]) for lag in lags]
    best = int(np.nanargmax(alike)) if alike and not np.isnan(alike).all() else 0
    return best * STEP_SECONDS if alike and alike[best] > SURE else None
