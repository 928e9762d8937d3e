"""Files: hours of audio for an hour of computing, and how that grows with processes. Runs `voxveil file` itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from core.assets import sample_path
from core.audio_file import read_mono
from core.bundle import Bundle
from core.errors import VoxveilError


def throughput(bundle: Bundle, minutes: float, jobs: tuple[int, ...]) -> dict[str, Any]:
    """Copies of the sample recording through a pool of one, two … processes.

    Returns:
        `runs`: for each, `jobs`, `took_s`, `hours_per_hour` and, beside the first one, `scaling`.

    Raises:
        VoxveilError: `voxveil file` fails.
    """
    samples, rate = read_mono(sample_path())
    copies = max(max(jobs), round(60 * minutes * rate / len(samples)))
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="voxveil-throughput-") as name:
        source = Path(name) / "in"
        source.mkdir()
        for number in range(copies):
            shutil.copyfile(sample_path(), source / f"{number:04}{sample_path().suffix}")
        for count in jobs:
            target = Path(name) / f"out-{count}"
            words = [sys.executable, "-m", "voxveil", "file", str(source), str(target), "--jobs", str(count), "--quiet"]
            begin = time.perf_counter()
            done = subprocess.run([*words, "--bundle", str(bundle.path)], capture_output=True, text=True, check=False)
            took = time.perf_counter() - begin
            if done.returncode:
                raise VoxveilError(f"voxveil file failed: {done.stderr.strip().splitlines()[-1:]}")
            speed = copies * len(samples) / rate / took
            runs.append({"jobs": count, "took_s": took, "hours_per_hour": speed})
            runs[-1]["scaling"] = speed / runs[0]["hours_per_hour"]
    return {"bundle": bundle.name, "files": copies, "audio_s": copies * len(samples) / rate, "runs": runs}
