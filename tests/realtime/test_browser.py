"""What a call in a browser gets: Chromium lists the microphone "Voxveil" and records from it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from realtime import virtual_mic
from tests.audio_server import MISSING, PIPEWIRE_MISSING, AudioServer, PipeWireServer, PulseServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TONE_HZ = 1000.0
PAGE = """<!doctype html><title>microphones</title><script>
async function look() {
  await navigator.mediaDevices.getUserMedia({audio: true});
  const microphones = (await navigator.mediaDevices.enumerateDevices()).filter(d => d.kind == "audioinput");
  const ours = microphones.find(d => d.label == "Voxveil");
  const labels = microphones.map(d => d.label);
  if (!ours) return {labels};
  const plain = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
  const stream = await navigator.mediaDevices.getUserMedia({audio: {deviceId: {exact: ours.deviceId}, ...plain}});
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, {fftSize: 8192});
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  let hertz = 0, level = -Infinity;
  for (let i = 0; i < 100 && level < -40; i++) {
    await new Promise(done => setTimeout(done, 100));
    analyser.getFloatFrequencyData(bins);
    const peak = bins.reduce((best, value, index) => value > bins[best] ? index : best, 0);
    hertz = peak * context.sampleRate / analyser.fftSize; level = bins[peak];
  }
  return {labels, label: stream.getAudioTracks()[0].label, hertz, level};
}
look().catch(error => ({error: String(error)})).then(
  found => fetch("/found", {method: "POST", body: JSON.stringify(found)}));
</script>"""


@pytest.fixture
def site() -> tuple[str, queue.Queue[dict[str, object]]]:
    """A page on this machine, and what it finds."""
    found: queue.Queue[dict[str, object]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def do_POST(self) -> None:
            found.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", found
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: chromium)")
@pytest.mark.parametrize(("kind", "missing"), [(PulseServer, MISSING), (PipeWireServer, PIPEWIRE_MISSING)])
def test_chromium_records_from_the_virtual_microphone(
    kind: type[AudioServer],
    missing: list[str],
    site: tuple[str, queue.Queue[dict[str, object]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    address, found = site
    with kind({"speakers": 48_000, "mic": 48_000}) as server:
        for key, value in server.environment.items():
            monkeypatch.setenv(key, value)
        virtual_mic.create(owner=str(os.getpid()))
        tone = (0.25 * np.sin(2 * np.pi * TONE_HZ * np.arange(48_000 * 60) / 48_000)).astype(np.float32)
        (tmp_path / "tone.raw").write_bytes(tone.tobytes())
        server.helper(
            "pacat", "-d", virtual_mic.SINK, "--raw", "--format=float32le", "--rate=48000", "--channels=1",
            str(tmp_path / "tone.raw"),
        )  # fmt: skip
        assert CHROMIUM is not None
        server.helper(
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
            "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required",
            f"--user-data-dir={tmp_path / 'profile'}", address,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        seen = found.get(timeout=90)
    assert "Voxveil" in seen.get("labels", []), seen
    assert seen["label"] == "Voxveil"
    assert seen["hertz"] == pytest.approx(TONE_HZ, abs=12.0)
    assert seen["level"] > -40
