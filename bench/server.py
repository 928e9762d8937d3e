"""A private PulseAudio or PipeWire server with a microphone and a cable, for measuring; nothing of it stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, ClassVar

from core.errors import DeviceError
from realtime import priority

MIC, CABLE = "mic", "cable"
RATE = 48_000
"""Of both devices, mono."""
CLIENTS = ("pactl", "parec", "pacat")
START_SECONDS = 10.0
THREAD_SECONDS = 1.0
RTKIT_MOST = 20
"""The highest real-time priority that rtkit grants, and so what PipeWire's sound threads have on a desktop."""


class Server:
    """PulseAudio with two null sinks: "mic" stands for a microphone, "cable" for the virtual one."""

    kind: ClassVar[str] = "PulseAudio"
    tools: ClassVar[tuple[str, ...]] = ("pulseaudio",)
    real_time = True
    """Whether its sound threads could be given real time. PulseAudio's take it themselves."""

    def __init__(self) -> None:
        """Raises:
        DeviceError: the server is not installed or does not start.
        """
        missing = [tool for tool in (*self.tools, *CLIENTS) if shutil.which(tool) is None]
        if missing:
            raise DeviceError(f"this is measured with {', '.join(missing)}; install {self.kind}")
        self._folder = Path(tempfile.mkdtemp(prefix="voxveil-bench-"))
        own = self._environment()
        self._before = {key: os.environ.get(key) for key in own}
        os.environ.update(own)
        self._clients: list[subprocess.Popen[bytes]] = []
        try:
            self._process = self._start()
            self._wait("info")
            for name in (MIC, CABLE):
                words = (f"sink_name={name}", f"rate={RATE}", "channels=1", "channel_map=mono", "format=float32le")
                self._wait("load-module", "module-null-sink", *words)
        except BaseException:
            self.close()
            raise

    def _environment(self) -> dict[str, str]:
        socket = f"unix:{self._folder / 'native'}"
        return {"PULSE_SERVER": socket, "PULSE_RUNTIME_PATH": str(self._folder), "HOME": str(self._folder)}

    def _start(self) -> subprocess.Popen[bytes]:
        protocol = f"--load=module-native-protocol-unix auth-anonymous=1 socket={self._folder / 'native'}"
        options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        return self.client("pulseaudio", *options, protocol)

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

    def _wait(self, *words: str) -> None:
        """Until pactl can do it."""
        end = time.monotonic() + START_SECONDS
        while subprocess.run(["pactl", *words], capture_output=True, timeout=10, check=False).returncode:
            if time.monotonic() > end or self._process.poll() is not None:
                raise DeviceError(f"{self.kind} did not start; try `{self.tools[0]}` by hand to see why")
            time.sleep(0.05)


class PipeWire(Server):
    """The same with PipeWire, its session manager and its pulse server, as a desktop runs them."""

    kind = "PipeWire"
    tools = ("pipewire", "wireplumber", "pipewire-pulse", "dbus-daemon")

    def _environment(self) -> dict[str, str]:
        folders = ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
        bus = f"unix:path={self._folder / 'bus'}"
        return {**super()._environment(), **dict.fromkeys(folders, str(self._folder)), "DBUS_SESSION_BUS_ADDRESS": bus}

    def _start(self) -> subprocess.Popen[bytes]:
        # No real devices, whichever the machine has: only the two null sinks.
        settings = self._folder / "wireplumber" / "main.lua.d" / "51-no-hardware.lua"
        settings.parent.mkdir(parents=True)
        monitors = ("alsa_monitor", "v4l2_monitor", "libcamera_monitor")
        settings.write_text("".join(f"{monitor}.enabled = false\n" for monitor in monitors))
        self.client(
            "dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={self._folder / 'bus'}"
        )
        process = self.client("pipewire")
        self._appears("bus", "pipewire-0")
        self.client("wireplumber")
        self.real_time = as_rtkit_would(process.pid)
        pulse = self.client("pipewire-pulse")
        self._appears("native")
        self.real_time &= as_rtkit_would(pulse.pid)
        return process

    def _appears(self, *sockets: str) -> None:
        end = time.monotonic() + START_SECONDS
        while not all((self._folder / name).exists() for name in sockets) and time.monotonic() < end:
            time.sleep(0.02)


def as_rtkit_would(pid: int) -> bool:
    """Give PipeWire's sound threads in a process real time, as on every desktop; whether the system grants it.

    PipeWire asks rtkit, which a machine without a desktop lacks, and tries nothing where the limit for real time is 0.
    """
    end = time.monotonic() + THREAD_SECONDS
    try:
        while not (threads := _sound_threads(pid)) and time.monotonic() < end:
            time.sleep(0.02)  # its socket may be there before them
    except OSError:  # it has ended
        return False
    return bool(threads) and all(priority.take_real_time(RTKIT_MOST, thread) for thread in threads)


def _sound_threads(pid: int) -> list[int]:
    named = {task.name: (task / "comm").read_text().strip() for task in Path(f"/proc/{pid}/task").iterdir()}
    main = named.pop(str(pid), "")  # older versions name the sound's thread like the first
    return [int(thread) for thread, name in named.items() if name == main or name.startswith("data-loop")]


SERVERS = {"pulseaudio": Server, "pipewire": PipeWire}
