"""A private PulseAudio (or PipeWire) server for tests: own socket, own runtime folder, everything gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep

MISSING = [tool for tool in ("pulseaudio", "parec", "pacat", "pactl") if shutil.which(tool) is None]
"""Tools that these tests need and this machine lacks."""


class PulseServer:
    """PulseAudio with nothing but what is asked for.

    Args:
        sinks: null sinks to make, name to rate.
    """

    def __init__(self, sinks: Mapping[str, int] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="voxveil-pulse-"))
        self.socket = self.folder / "native"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PULSE_")},
            "PULSE_SERVER": f"unix:{self.socket}",
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder / "state"),
            "XDG_RUNTIME_DIR": str(self.folder),
            "HOME": str(self.folder),
        }
        self.sinks = dict(sinks or {})
        self.modules: dict[str, str] = {}
        self._helpers: list[subprocess.Popen[bytes]] = []
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self.socket.unlink(missing_ok=True)
        process = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes", "--use-pid-file=no",
                "--high-priority=yes", "--realtime=yes",
                f"--load=module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
            ],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        end = monotonic() + 10
        while self._try_pactl("info") is None:
            if monotonic() > end or process.poll() is not None:
                process.kill()
                raise RuntimeError("PulseAudio did not start")
            sleep(0.05)
        for name, rate in self.sinks.items():
            self.load_sink(name, rate)
        return process

    def load_sink(self, name: str, rate: int = 48_000) -> None:
        """Make a null sink (mono, float32) of that name."""
        self.modules[name] = self.pactl(
            "load-module", "module-null-sink", f"sink_name={name}", f"rate={rate}", "channels=1", "channel_map=mono",
            "format=float32le",
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
        """Hold sinks running: a null sink without a client does not tick."""
        for sink in sinks:
            self.helper(
                "parec", "-d", f"{sink}.monitor", "--latency-msec=5", "--raw",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip

    def freeze(self) -> None:
        """Stop the server without ending it."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a farewell."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """After `kill`: a new one with the same sinks."""
        self.modules.clear()
        self.process = self._start()

    def close(self) -> None:
        """End everything that was started here and remove the folder."""
        for process in [*self._helpers, self.process]:
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> PulseServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
