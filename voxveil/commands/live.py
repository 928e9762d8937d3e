"""`voxveil live`: microphone to virtual microphone in the terminal, or a file through the same engine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from voxveil.commands.voice_options import add_voice_options

if TYPE_CHECKING:
    from core.bundle import Bundle
    from realtime.config import EngineConfig
    from realtime.engine import Engine
    from realtime.snapshot import Snapshot

HELP = "anonymize live, from a microphone to a virtual microphone (or a file, in real time)"
START_S = 20.0
LOOK_S = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Devices, voice, and what to show."""
    parser.add_argument("--input", metavar="DEVICE", help="microphone: id or (part of a) name; default: the system's")
    parser.add_argument(
        "--output", metavar="DEVICE", help="output: id or name; default: the virtual microphone “Voxveil”"
    )
    parser.add_argument("--file", type=Path, metavar="IN", help="use an audio file as the microphone, in real time")
    parser.add_argument("--write", type=Path, metavar="OUT", help="with --file: where to write what comes out")
    add_voice_options(parser)
    parser.add_argument(
        "--backend", choices=("auto", "pulse", "sounddevice"), default="auto", help="way to the devices"
    )
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto", help="where the graphs run")
    parser.add_argument("--gain-db", type=float, default=0.0, metavar="DB", help="input gain, -30 to 30")
    parser.add_argument("--gate-db", type=float, default=-120.0, metavar="DB", help="noise gate in dBFS; -120 is off")
    parser.add_argument("--margin-ms", type=float, metavar="MS", help="least time that finished sound waits")
    parser.add_argument("--chunk-ms", type=float, metavar="MS", help="what one device callback carries")
    parser.add_argument("--mute", action="store_true", help="start muted")
    parser.add_argument("--record", type=Path, metavar="FILE", help="also write the anonymized voice to a file")
    parser.add_argument("--monitor", metavar="DEVICE", help="also play the anonymized voice there (use headphones)")
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after N seconds")
    parser.add_argument("--json", action="store_true", help="one JSON object a second instead of the status line")


def run(args: argparse.Namespace) -> int:
    """Run until Ctrl-C, the end of --seconds or of the file; 2 when it cannot work."""
    from core.audio_file import check_writable
    from core.bundle import Bundle
    from core.errors import ConfigError
    from realtime.config import EngineConfig
    from voxveil.commands.voice_options import chosen_voice

    if (args.file is None) != (args.write is None):
        raise ConfigError("--file and --write go together: a file to read and a file to write")
    bundle = Bundle.load(args.bundle)
    row, name = chosen_voice(args, bundle)
    common = {
        "bundle": str(bundle.path.resolve()),
        "voice_row": tuple(row.tolist()),
        "prosody": args.prosody,
        "provider": args.provider,
        "gain_db": args.gain_db,
        "gate_db": args.gate_db,
        "muted": args.mute,
        "margin_ms": args.margin_ms,
        "chunk_ms": args.chunk_ms,
    }
    if args.file is not None:
        check_writable(args.write, force=True)
        config = EngineConfig(
            **common, input=str(args.file.resolve()), output=str(args.write.resolve()), backend="file"
        )
    else:
        config = EngineConfig(
            **common, input=args.input, output=args.output, backend=args.backend, monitor=args.monitor
        )
    return _run(config, bundle, name, args.seconds, args.json, args.record)


def run_sample(bundle: Bundle, voice: str, in_path: Path, out_path: Path) -> int:
    """Put an audio file through the engine in real time and print the figures; exit status.

    Args:
        voice: a name of the bundle's bank.
    """
    from realtime.config import EngineConfig

    config = EngineConfig(
        bundle=str(bundle.path.resolve()),
        voice_row=tuple(bundle.voices.row(voice).tolist()),
        input=str(in_path.resolve()),
        output=str(out_path.resolve()),
        backend="file",
    )
    return _run(config, bundle, voice, None, False, None)


def _run(
    config: EngineConfig, bundle: Bundle, name: str, seconds: float | None, as_json: bool, record: Path | None
) -> int:
    from core.errors import DeviceError
    from realtime.engine import Engine

    show = JsonLines() if as_json else StatusLine()
    with Engine() as engine:
        engine.start(config)
        if record is not None:
            engine.record(record)
        began = monotonic()
        heard: Snapshot | None = None
        try:
            while seconds is None or monotonic() - began < seconds:
                seen = engine.snapshot()
                show.update(seen)
                if seen.state == "failed":
                    show.close()
                    raise DeviceError(seen.reason or "the engine failed")
                if seen.state == "idle" and monotonic() - began > LOOK_S:
                    break
                if seen.state in ("live", "muted") and seen.delay_ms:
                    heard = seen
                sleep(LOOK_S)
        except KeyboardInterrupt:
            pass
        show.close()
        heard = heard or engine.snapshot()
        _finish(engine, record)
    if not as_json:
        print_figures(config, bundle, name, heard)
    return 0


def _finish(engine: Engine, record: Path | None) -> None:
    if record is not None:
        engine.stop_record()
    engine.stop()


def print_figures(config: EngineConfig, bundle: Bundle, voice: str, seen: Snapshot) -> None:
    """What a newcomer wants to know after a run: files, voice, latency, times, delay."""
    block_ms = 20.0
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

    COLOURS = {"live": "green", "muted": "yellow", "recovering": "red", "failed": "red"}

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True)
        self._live = Live(console=self._console, refresh_per_second=8, transient=True) if sys.stderr.isatty() else None
        self._state = ("", "")
        if self._live is not None:
            self._live.start()

    def update(self, seen: Snapshot) -> None:
        """Show what is seen."""
        if self._live is not None:
            self._live.update(self._text(seen))
        if (seen.state, seen.reason) != self._state:
            self._state = (seen.state, seen.reason)
            self._console.print(f"{seen.state}{': ' + seen.reason if seen.reason else ''}", highlight=False)

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
