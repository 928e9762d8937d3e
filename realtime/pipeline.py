"""The three graphs in onnxruntime: one block in, one block out, state in and out.

The same object serves `voxveil file`, the engine's worker, the benchmarks and the evaluation.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from core.bundle import Bundle
from core.errors import BundleError, ConfigError, VoiceError
from core.manifest import GRAPHS
from core.spec import BLOCK
from realtime.huge_pages import use_huge_pages

Block = npt.NDArray[np.float32]
"""480 samples at 24 kHz."""

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
PROVIDERS = ("auto", "cpu", "cuda")
WORSE = ["MatMulAddFusion"]
"""What onnxruntime would make of a graph, and what takes longer: a Gemm takes nothing but matrices, so that each gets a
Reshape before and after it, three nodes instead of two."""


@dataclass(frozen=True)
class State:
    """Everything that the chain remembers between two blocks. A value: `step` gives a new one and leaves the old alone.

    Attributes:
        encoder, decoder, vocoder: float32 [1, N] each, as the graphs packed them.
        position: blocks done so far; with `seed` it fixes the vocoder's noise, so that equal input gives equal output.
        seed: of the noise.
    """

    encoder: npt.NDArray[np.float32]
    decoder: npt.NDArray[np.float32]
    vocoder: npt.NDArray[np.float32]
    position: int = 0
    seed: int = 0


class Pipeline:
    """Encoder, decoder and vocoder sessions of one bundle.

    Attributes:
        between: called between two graphs, if there is something to call (`realtime.urgency.breathe`).
    """

    def __init__(self, bundle: Bundle, provider: str = "auto", threads: int = 1) -> None:
        """Args:
            provider: "auto" takes CUDA where driver and runtime are there, else the CPU; "cpu" and "cuda" insist.
            threads: of each session; one is fastest for a model of this size.

        Raises:
            BundleError: a graph does not load, or has other inputs than the manifest says.
            ConfigError: `provider` is unknown, or "cuda" cannot be had.
        """
        if provider not in PROVIDERS:
            raise ConfigError(f"provider '{provider}' is unknown; choose {', '.join(PROVIDERS)}")
        self.bundle = bundle
        wanted = [CUDA, CPU] if provider == "cuda" or (provider == "auto" and cuda_is_here()) else [CPU]
        if CUDA in wanted and CUDA not in ort.get_available_providers():
            raise ConfigError("this onnxruntime has no CUDA; install onnxruntime-gpu or choose the provider cpu")
        self._sessions = {name: open_graph(bundle, name, wanted, threads) for name in GRAPHS}
        if provider == "cuda" and any(used[0] != CUDA for used in self.providers.values()):
            raise ConfigError("CUDA was asked for but does not start here; check the driver or choose the provider cpu")
        use_huge_pages()
        self.between: Callable[[], None] | None = None

    @property
    def providers(self) -> dict[str, list[str]]:
        """The execution providers that each session really uses, best first (the runtime falls back without a word)."""
        return {name: list(session.get_providers()) for name, session in self._sessions.items()}

    @property
    def provider(self) -> str:
        """In one word for people: "CUDA", or "CPU" as soon as one graph runs there."""
        return "CUDA" if all(used[0] == CUDA for used in self.providers.values()) else "CPU"

    def initial_state(self, seed: int = 0) -> State:
        """The state before the first block: all zeros."""
        zeros = {name: np.zeros(self.bundle.inputs(name)["state"], dtype=np.float32) for name in GRAPHS}
        return State(zeros["encoder"], zeros["decoder"], zeros["vocoder"], 0, seed)

    def step(
        self,
        block: npt.ArrayLike,
        state: State,
        voice: npt.ArrayLike,
        knob: float = 1.0,
        timings: dict[str, float] | None = None,
    ) -> tuple[Block, State]:
        """Anonymize the next block.

        Args:
            block: float32 [480]; samples that are no numbers count as silence, loud ones are clipped to [-1, 1].
            state: from `initial_state` or the step before.
            voice: row of the bank or a mix, float32 [V].
            knob: how much of the talker's prosody stays, 0 (flat) to 1 (as spoken).
            timings: if given, gets the seconds spent in "encoder", "decoder" and "vocoder".

        Returns:
            float32 [480], whose sample n belongs to input sample n - delay, and the next state. Should the graphs ever
            give something that is not finite, the block is silence and the state starts anew.

        Raises:
            VoiceError: `voice` has the wrong size. ValueError: `block` has.
        """
        audio = clean(block)
        row = np.asarray(voice, dtype=np.float32)
        if audio.shape != (BLOCK,):
            raise ValueError(f"a block has {BLOCK} samples, not {audio.shape}")
        if row.shape != (self.bundle.voice_dim,):
            raise VoiceError(f"a voice of this bundle has {self.bundle.voice_dim} numbers, not {row.size}")
        start = time.perf_counter()
        codes, prosody, encoder = self._sessions["encoder"].run(
            ["codes", "prosody", "state_out"], {"audio": audio[None], "state": state.encoder}
        )
        encoded = time.perf_counter()
        decoding = self._pause(encoded)
        mel, f0, voicing, decoder = self._sessions["decoder"].run(
            ["mel", "f0", "voicing", "state_out"],
            {
                "codes": codes,
                "prosody": prosody,
                "voice": row[None],
                "knob": np.full((1, 1), knob, dtype=np.float32),
                "state": state.decoder,
            },
        )
        decoded = time.perf_counter()
        vocoding = self._pause(decoded)
        noise = noise_block(state.seed, state.position)
        out, vocoder = self._sessions["vocoder"].run(
            ["audio", "state_out"],
            {"mel": mel, "f0": f0, "voicing": voicing, "noise": noise[None], "state": state.vocoder},
        )
        if timings is not None:
            timings["encoder"] = encoded - start
            timings["decoder"] = decoded - decoding
            timings["vocoder"] = time.perf_counter() - vocoding
        samples: Block = out[0]
        if not np.isfinite(samples).all():
            return np.zeros(BLOCK, dtype=np.float32), self.initial_state(state.seed)
        return np.clip(samples, -1.0, 1.0), State(encoder, decoder, vocoder, state.position + 1, state.seed)

    def _pause(self, now: float) -> float:
        """Let others in, if that is wanted; the time afterwards."""
        if self.between is None:
            return now
        self.between()
        return time.perf_counter()


def clean(block: npt.ArrayLike) -> Block:
    """Make samples safe for the graphs: not-a-number and infinity become 0, the rest is clipped to [-1, 1]."""
    audio = np.asarray(block, dtype=np.float32)
    finite = np.where(np.isfinite(audio), audio, np.float32(0.0))
    return np.clip(finite, -1.0, 1.0).astype(np.float32, copy=False)


def noise_block(seed: int, position: int) -> Block:
    """Unit Gaussian noise float32 [480] for block `position`, from a counter-based generator: nothing to remember."""
    generator = np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, position, 0]))
    return generator.standard_normal(BLOCK, dtype=np.float32)


def cuda_is_here() -> bool:
    """Whether this onnxruntime was built for CUDA and an NVIDIA driver answers."""
    if CUDA not in ort.get_available_providers():
        return False
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return bool(driver.cuInit(0) == 0)


def open_graph(bundle: Bundle, name: str, providers: list[str], threads: int = 1) -> ort.InferenceSession:
    """One graph of a bundle, ready to run.

    Raises:
        BundleError: it does not load, or has other inputs than the manifest says.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Filters that ring out into digital silence reach numbers so small that a processor takes many times as long.
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.log_severity_level = 4
    path = bundle.graph_path(name)
    try:
        session = ort.InferenceSession(str(path), options, providers=providers, disabled_optimizers=WORSE)
    except Exception as error:  # onnxruntime raises a dozen classes of its own for a file it cannot use
        reason = str(error).splitlines()[0][:160]
        raise BundleError(f"{path} does not load ({reason}); get the bundle anew") from error
    found: dict[str, Any] = {node.name: list(node.shape) for node in session.get_inputs()}
    if found != bundle.inputs(name):
        raise BundleError(f"{path} has inputs {found}, its manifest says {bundle.inputs(name)}; get the bundle anew")
    return session
