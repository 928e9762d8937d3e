"""Who speaks, from the codes alone: the bottleneck as somebody would see it who reads it directly."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from core.bundle import Bundle
from core.spec import BLOCK

NAME = "codes"


class CodeReader:
    """Runs a bundle's encoder and counts codes."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.key = str(bundle.manifest["files"]["encoder.onnx"])

    def stream(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
        """The codes (blocks, 3) of a sound at 24 kHz, bottom level first; what does not fill a block is left out."""
        state = np.zeros(self.bundle.inputs("encoder")["state"], dtype=np.float32)
        found = []
        for start in range(0, len(samples) - BLOCK + 1, BLOCK):
            given = {"audio": samples[None, start : start + BLOCK].astype(np.float32), "state": state}
            codes, state = self._session.run(["codes", "state_out"], given)
            found.append(codes[0])
        return np.asarray(found, dtype=np.int64).reshape(-1, len(self.bundle.manifest["codebooks"]))

    def __call__(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """How often each code of each level was used, as square roots (distances are then Hellinger's).

        What was said is in there too: an attacker has to learn to look past it.
        """
        codes, books = self.stream(samples), self.bundle.manifest["codebooks"]
        usage = [np.bincount(codes[:, level], minlength=size)[:size] for level, size in enumerate(books)]
        return np.concatenate([np.sqrt(u / max(1, u.sum())) for u in usage]).astype(np.float32)

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.set_denormal_as_zero", "1")
        path = str(self.bundle.graph_path("encoder"))
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
