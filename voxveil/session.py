"""One run of the engine in the terminal: show how it fares until it ends, then print what was measured."""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import ClassVar

from rich.console import Console
from rich.live import Live

from core.bundle import Bundle
from core.errors import DeviceError
from core.spec import BLOCK, SAMPLE_RATE
from realtime.config import EngineConfig
from realtime.engine import Engine
from realtime.snapshot import Snapshot

LOOK_S = 0.1
COMPANY_S = 3.0


def drive(
    config: EngineConfig,
    bundle: Bundle,
    name: str,
    seconds: float | None = None,
    as_json: bool = False,
    record: Path | None = None,
) -> int:
    """Run the engine until Ctrl-C, the end of its file or of `seconds`, and print the figures.

    Args:
        name: of the voice, for people.
        as_json: a JSON object a second instead of the status line, and no figures.
        record: also write the anonymized voice there.

    Returns:
        The exit status, 0.

    Raises:
        DeviceError: the engine failed, with its reason. AudioFileError: `record` cannot be written.
    """
    show = JsonLines() if as_json else StatusLine()
    devices = sys.platform == "linux" and config.backend != "file"
    with Engine() as engine, closing(show), Company() if devices else nullcontext():
        engine.start(config)
        if record is not None:
            engine.record(record)
        began = monotonic()
        heard: Snapshot | None = None
        memory_mb = 0.0
        try:
            while seconds is None or monotonic() - began < seconds:
                seen = engine.snapshot()
                show.update(seen)
                memory_mb = max(memory_mb, seen.memory_mb)  # at the end of a file one of the processes may be gone
                if seen.state == "failed":
                    raise DeviceError(seen.reason or "the engine failed")
                if seen.state == "idle" and monotonic() - began > LOOK_S:
                    break
                if seen.state in ("live", "muted") and seen.delay_ms:
                    heard = seen
                sleep(LOOK_S)
        except KeyboardInterrupt:
            pass
        show.close()  # before what is printed now
        heard = replace(heard or engine.snapshot(), memory_mb=memory_mb)
        _finish(engine, record)
    if devices:
        _tell_what_stays()
    if not as_json:
        print_figures(bundle, name, heard)
    return 0


class Company(threading.Thread):
    """Says on standard error when other programs play into the call; in a thread, since a server may stand still."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()

    def __enter__(self) -> Company:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def run(self) -> None:
        """Look every few seconds until the end."""
        from realtime import virtual_mic

        known: list[str] = []
        while not self._ended.wait(COMPANY_S):
            with suppress(DeviceError):
                others = virtual_mic.also_playing()
                if others and others != known:
                    print(
                        f"Others in the call also hear {', '.join(others)}, which the system plays into it; choose "
                        "another output for it.",
                        file=sys.stderr,
                    )
                known = others


def _tell_what_stays() -> None:
    """Where a program still records from the virtual microphone, that stays: it would be given the real one."""
    from realtime import virtual_mic

    with suppress(DeviceError):
        seen = virtual_mic.status()
        if seen.present and seen.owner == str(os.getpid()):
            text = "The microphone “Voxveil” stays, silent, because a program records from it; end the call there first"
            print(f"{text} (`voxveil mic remove` takes it away then).", file=sys.stderr)


def _finish(engine: Engine, record: Path | None) -> None:
    if record is not None:
        engine.stop_record()
    engine.stop()


def print_figures(bundle: Bundle, voice: str, seen: Snapshot) -> None:
    """What a newcomer wants to know after a run: files, voice, latency, times, delay."""
    block_ms = 1e3 * BLOCK / SAMPLE_RATE
    stages = seen.stages
    work = stages.get("block")
    lines = [
        ("input", f"{seen.input} ({seen.input_rate} Hz)"),
        ("output", f"{seen.output} ({seen.output_rate} Hz)"),
        ("voice", voice),
        ("algorithmic latency", f"{bundle.latency_ms:g} ms (a block and the model's look-ahead)"),
        ("measured delay", f"{seen.delay_ms:.1f} ms: {parts(seen)}"),
    ]
    lines += [
        (f"time in {stage}", f"p50 {stages[stage].p50:.2f} ms, p99 {stages[stage].p99:.2f} ms")
        for stage in ("encoder", "decoder", "vocoder", "block")
        if stage in stages
    ]
    if work is not None:
        lines.append(
            ("real-time factor", f"{work.p50 / block_ms:.3f} (a block of {block_ms:g} ms takes {work.p50:.2f} ms)")
        )
    lines += [
        ("blocks", f"{seen.blocks}, of silence for lack of a voice: {seen.silenced_blocks}; {troubles(seen)}"),
        ("runs on", f"{seen.provider}, backend {seen.backend}, {seen.memory_mb:.0f} MB in the engine's processes"),
    ]
    width = max(len(title) for title, _ in lines)
    for title, text in lines:
        print(f"{title:{width}}  {text}")


def parts(seen: Snapshot) -> str:
    """The delay's parts in one line."""
    return " + ".join(f"{name} {value:.1f}" for name, value in seen.delay_parts.items())


def troubles(seen: Snapshot) -> str:
    """The xruns that happened, in one line."""
    found = [f"{kind} {count}" for kind, count in seen.xruns.items() if count]
    return "xruns: " + ", ".join(found) if found else "no xruns"


class JsonLines:
    """One JSON object a second, and one at each change of state."""

    def __init__(self) -> None:
        self._last = 0.0
        self._state = ("", "")

    def update(self, seen: Snapshot) -> None:
        """Print what is seen, if it is time."""
        now = monotonic()
        if now - self._last >= 1.0 or (seen.state, seen.reason) != self._state:
            self._last, self._state = now, (seen.state, seen.reason)
            print(json.dumps(seen.to_dict()), flush=True)

    def close(self) -> None:
        """Nothing is left open."""


class StatusLine:
    """A line that is redrawn in a terminal; elsewhere a line for each change of state."""

    COLOURS: ClassVar = {"live": "green", "muted": "yellow", "recovering": "red", "failed": "red"}

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, refresh_per_second=8, transient=True) if sys.stderr.isatty() else None
        self._state = ("", "")
        if self._live is not None:
            self._live.start()

    def update(self, seen: Snapshot) -> None:
        """Show what is seen."""
        if self._live is not None:
            self._live.update(self._text(seen))
        if (
            seen.state,
            seen.reason,
        ) != self._state and seen.state != "failed":  # that one ends the command, with its line
            self._state = (seen.state, seen.reason)
            self._console.print(
                f"{seen.state}{': ' + seen.reason if seen.reason else ''}", highlight=False, soft_wrap=True
            )

    def _text(self, seen: Snapshot) -> str:
        work = seen.stages.get("block")
        colour = self.COLOURS.get(seen.state, "cyan")
        pieces = [f"[bold {colour}]{seen.state}[/]"]
        if seen.delay_ms:
            pieces.append(f"delay {seen.delay_ms:.0f} ms ({parts(seen)})")
        if work is not None:
            pieces.append(f"block p50 {work.p50:.1f} p99 {work.p99:.1f} ms")
        pieces += [
            f"fill {seen.ring_fill_ms:.0f} ms",
            f"drift {seen.drift_ppm:+.0f} ppm",
            troubles(seen),
            f"in {seen.in_rms:.0f} out {seen.out_rms:.0f} dB",
            f"{seen.provider} {seen.backend}",
        ]
        return "  ".join(pieces)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._live is not None:
            self._live.stop()
