"""A private PulseAudio or PipeWire server for tests: own socket, own runtime folder, everything gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep

import pytest

from bench.server import as_rtkit_would

_CLIENTS = ("parec", "pacat", "paplay", "pactl")
MISSING = [tool for tool in ("pulseaudio", *_CLIENTS) if shutil.which(tool) is None]
"""Tools that these tests need and this machine lacks."""
PIPEWIRE_MISSING = [
    tool
    for tool in ("pipewire", "wireplumber", "pipewire-pulse", "dbus-daemon", "pw-record", *_CLIENTS)
    if shutil.which(tool) is None
]
"""The same for PipeWire."""
START_S = 15.0
_ABSENT = ("PULSE_", "PIPEWIRE_", "WIREPLUMBER_", "XDG_", "DBUS_")


class AudioServer:
    """A server with nothing but what is asked for, and its clients. Use one of the classes below.

    Args:
        sinks: null sinks to make, name to rate.
    """

    kind = ""
    sink_options: tuple[str, ...] = ()

    def __init__(self, sinks: Mapping[str, int] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="voxveil-audio-"))
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(_ABSENT)},
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder / "state"),
            "XDG_RUNTIME_DIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "HOME": str(self.folder),
        }
        self.sinks = dict(sinks or {})
        self.modules: dict[str, str] = {}
        self._rates: dict[str, int] = {}
        self._helpers: list[subprocess.Popen[bytes]] = []
        self._daemons: list[subprocess.Popen[bytes]] = []
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _daemons_wanted(self) -> list[list[str]]:
        """Command lines, in the order in which they are started."""
        raise NotImplementedError

    def _start(self) -> None:
        for words in self._daemons_wanted():
            self._daemons.append(
                subprocess.Popen(
                    words,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
        end = monotonic() + START_S
        while self._try_pactl("info") is None:
            if monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(f"{self.kind} did not start")
            sleep(0.05)
        for name, rate in self.sinks.items():
            self.load_sink(name, rate)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The daemon that moves the sound."""
        return self._daemons[0]

    def name_in(self, patch: pytest.MonkeyPatch) -> None:
        """Let this process talk to it."""
        for key in ("PULSE_SERVER", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH", "XDG_RUNTIME_DIR"):
            patch.setenv(key, self.environment[key])

    def load_sink(self, name: str, rate: int = 48_000) -> None:
        """Make a null sink (mono, float32) of that name."""
        self._rates[name] = rate
        self.modules[name] = self.pactl(
            "load-module", "module-null-sink", f"sink_name={name}", f"rate={rate}", "channels=1", "channel_map=mono",
            "format=float32le", *self.sink_options,
        ).strip()  # fmt: skip

    def unload_sink(self, name: str) -> None:
        """Take it away, as if unplugged."""
        self.pactl("unload-module", self.modules.pop(name))

    def pactl(self, *words: str) -> str:
        """Run pactl against this server."""
        done = subprocess.run(
            ["pactl", *words], env=self.environment, capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout

    def _try_pactl(self, *words: str) -> str | None:
        try:
            return self.pactl(*words)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None

    def helper(self, *words: str, **options: object) -> subprocess.Popen[bytes]:
        """Start a client of this server, which ends with it."""
        process = subprocess.Popen(list(words), env=self.environment, start_new_session=True, **options)  # type: ignore[call-overload]
        self._helpers.append(process)
        return process  # type: ignore[no-any-return]

    def keep_awake(self, *sinks: str) -> None:
        """Hold sinks running: a null sink without a client does not tick, and PulseAudio gives it the rate of the next
        client. Returns when they run.
        """
        for sink in sinks:
            self.helper(
                "parec", "-d", f"{sink}.monitor", "--latency-msec=5", "--raw", f"--rate={self._rates[sink]}",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        wanted = {f"{sink}.monitor" for sink in sinks}
        end = monotonic() + START_S
        while wanted - {line.split("\t")[1] for line in self._sources() if line.endswith("RUNNING")}:
            if monotonic() > end:
                raise RuntimeError(f"{' and '.join(sinks)} did not start to run")
            sleep(0.02)

    def _sources(self) -> list[str]:
        return self.pactl("list", "short", "sources").splitlines()

    def freeze(self) -> None:
        """Stop the server without ending it."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a farewell."""
        for daemon in reversed(self._daemons):
            daemon.kill()
            daemon.wait()
        self._daemons.clear()

    def restart(self) -> None:
        """After `kill`: a new one with the same sinks."""
        self.modules.clear()
        self._start()

    def close(self) -> None:
        """End everything that was started here and remove the folder."""
        for process in self._helpers:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> AudioServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PulseServer(AudioServer):
    """PulseAudio with an empty configuration."""

    kind = "PulseAudio"
    sink_options = ("norewinds=1",)
    """Otherwise a null sink renders two seconds ahead when it wakes up, as no sound card does."""

    def _daemons_wanted(self) -> list[list[str]]:
        socket = self.folder / "native"
        socket.unlink(missing_ok=True)
        self.environment["PULSE_SERVER"] = f"unix:{socket}"
        return [
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes", "--use-pid-file=no",
                "--high-priority=yes", "--realtime=yes",
                f"--load=module-native-protocol-unix auth-anonymous=1 socket={socket}",
            ]
        ]  # fmt: skip


class PipeWireServer(AudioServer):
    """PipeWire with its session manager and its pulse server, as a desktop runs them, but without hardware."""

    kind = "PipeWire"

    def _daemons_wanted(self) -> list[list[str]]:
        for name in ("native", "pipewire-0", "pipewire-0.lock", "bus"):
            (self.folder / name).unlink(missing_ok=True)
        self.environment["PULSE_SERVER"] = f"unix:{self.folder / 'native'}"
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.folder / 'bus'}"
        quiet = self.folder / "config" / "wireplumber" / "main.lua.d" / "51-no-hardware.lua"
        quiet.parent.mkdir(parents=True, exist_ok=True)
        monitors = ("alsa_monitor", "v4l2_monitor", "libcamera_monitor")
        quiet.write_text("".join(f"{monitor}.enabled = false\n" for monitor in monitors))
        bus = f"unix:path={self.folder / 'bus'}"
        wait = 'for i in $(seq 300); do [ -S "$XDG_RUNTIME_DIR/{}" ] && exec {}; sleep 0.02; done'
        return [
            ["pipewire"],
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={bus}"],
            ["sh", "-c", f'[ -S "$XDG_RUNTIME_DIR/bus" ] || sleep 0.3; {wait.format("pipewire-0", "wireplumber")}'],
            ["sh", "-c", wait.format("pipewire-0", "pipewire-pulse")],
        ]

    def _start(self) -> None:
        super()._start()
        end = monotonic() + START_S
        while self.sinks and self.pactl("get-default-sink").startswith("@"):
            if monotonic() > end:
                raise RuntimeError("PipeWire's session manager did not start")
            sleep(0.05)
        server, *_, pulse = self._daemons
        for daemon in (server, pulse):
            as_rtkit_would(daemon.pid)
