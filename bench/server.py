"""A private PulseAudio server with a microphone and a cable, for measuring: own socket, nothing of it stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from core.errors import DeviceError

MIC, CABLE = "mic", "cable"
RATE = 48_000
"""Of both devices, mono."""
TOOLS = ("pulseaudio", "pactl", "parec", "pacat")
START_SECONDS = 10.0


class Server:
    """PulseAudio with two null sinks: "mic" stands for a microphone, "cable" for the virtual one."""

    def __init__(self) -> None:
        """Raises:
        DeviceError: PulseAudio is not installed or does not start.
        """
        missing = [tool for tool in TOOLS if shutil.which(tool) is None]
        if missing:
            raise DeviceError(f"the delay is measured with {', '.join(missing)}; install pulseaudio")
        self._folder = Path(tempfile.mkdtemp(prefix="voxveil-bench-"))
        socket = f"unix:{self._folder / 'native'}"
        own = {"PULSE_SERVER": socket, "PULSE_RUNTIME_PATH": str(self._folder), "HOME": str(self._folder)}
        self._before = {key: os.environ.get(key) for key in own}
        os.environ.update(own)
        self._clients: list[subprocess.Popen[bytes]] = []
        sinks = [
            f"--load=module-null-sink sink_name={name} rate={RATE} channels=1 format=float32le" for name in (MIC, CABLE)
        ]
        protocol = f"--load=module-native-protocol-unix auth-anonymous=1 socket={self._folder / 'native'}"
        options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        self._process = self.client("pulseaudio", *options, protocol, *sinks)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                self.close()
                raise DeviceError("PulseAudio did not start; try `pulseaudio -n` by hand to see why")
            time.sleep(0.05)

    def client(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a program that ends with the server."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
        process = subprocess.Popen(list(words), start_new_session=True, **quiet)
        self._clients.append(process)
        return process

    def close(self) -> None:
        """End everything that was started here."""
        for process in reversed(self._clients):
            if process.poll() is None:
                process.kill()
            process.wait()
        for key, value in self._before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answers(self) -> bool:
        done = subprocess.run(
            ["pactl", "list", "short", "sinks"], capture_output=True, text=True, timeout=10, check=False
        )
        return done.returncode == 0 and MIC in done.stdout and CABLE in done.stdout
