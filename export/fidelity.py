"""Do graphs in 8 bits say what the float graphs of the same bundle say? Measured stage by stage over a recording.

Sample by sample they cannot: one code that falls to its neighbour's side changes what follows. So each stage is given
what the float graphs gave the stage before, and is held against what the float graph makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.bundle import Bundle
from core.errors import BundleError
from core.spec import BLOCK
from realtime.pipeline import CPU, noise_block, open_graph

# Over six talkers 8 bits gave 96.5 % and more, 100 %, at most 0.12 dB and at least 34 dB; 6 bits would give 94.5 %,
# 0.23 dB and 27 dB, 4 bits 82 %, 0.82 dB and 17 dB.
CODES = 0.95
"""Least share of equal codes, at every level."""
VOICING = 0.99
"""Least share of frames that are voiced in both or in neither."""
MEL_DB = 0.2
"""Most error of the decoder's mel: root mean square, in decibels of power."""
VOCODER_DB = 30.0
"""Least ratio of the vocoder's sound to its error."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Fidelity:
    """What was measured.

    Attributes:
        codes: share of equal codes, finest level first. voicing: of frames with the same decision.
        melody: root mean square difference of the normalised log-F0, in standard deviations of the talker.
        mel_db: error of the decoder, given equal codes and prosody.
        vocoder_db: ratio of the vocoder's sound to its error, given equal mel.
        blocks: that were compared.
    """

    codes: tuple[float, ...]
    voicing: float
    melody: float
    mel_db: float
    vocoder_db: float
    blocks: int

    def __str__(self) -> str:
        shares = " / ".join(f"{100 * share:.1f}" for share in self.codes)
        return (
            f"equal codes {shares} %, equal voicing {100 * self.voicing:.1f} %, "
            f"melody off by {self.melody:.3f} deviations, mel off by {self.mel_db:.2f} dB, "
            f"vocoder's error {self.vocoder_db:.1f} dB below its sound"
        )


def compare(exact: Bundle, rounded: Bundle, samples: Floats, voice: Floats) -> Fidelity:
    """Run a recording through the float graphs, and each stage's input through the other bundle's graph too.

    Args:
        samples: float32 [n] at 24 kHz; what does not fill a block at the end is left out.
        voice: float32 [V].
    """
    count = len(samples) // BLOCK
    audio = [{"audio": samples[None, i * BLOCK : (i + 1) * BLOCK]} for i in range(count)]
    heard, heard_other = _both(exact, rounded, "encoder", audio)
    told = {"voice": voice[None], "knob": np.ones((1, 1), np.float32)}
    pictures, pictures_other = _both(
        exact, rounded, "decoder", [{"codes": h["codes"], "prosody": h["prosody"], **told} for h in heard]
    )
    sounds, sounds_other = _both(
        exact, rounded, "vocoder", [{**p, "noise": noise_block(0, i)[None]} for i, p in enumerate(pictures)]
    )
    codes, codes_other = _joined(heard, "codes"), _joined(heard_other, "codes")
    prosody, prosody_other = _joined(heard, "prosody"), _joined(heard_other, "prosody")
    voiced, voiced_other = prosody[..., 1] > 0.5, prosody_other[..., 1] > 0.5
    off = (prosody - prosody_other)[..., 0][voiced & voiced_other]
    sound, error = _joined(sounds, "audio"), _joined(sounds, "audio") - _joined(sounds_other, "audio")
    return Fidelity(
        codes=tuple(float(share) for share in (codes == codes_other).mean(axis=0)),
        voicing=float((voiced == voiced_other).mean()),
        melody=_size(off) if off.size else 0.0,
        mel_db=_size(_joined(pictures, "mel") - _joined(pictures_other, "mel")) * 4 * 10 / np.log(10),
        vocoder_db=20 * float(np.log10(max(_size(sound), 1e-9) / max(_size(error), 1e-9))),
        blocks=count,
    )


def demand(found: Fidelity) -> None:
    """Raises BundleError where the graphs differ by more than CODES, VOICING, MEL_DB or VOCODER_DB allow."""
    good = (
        min(found.codes) >= CODES
        and found.voicing >= VOICING
        and found.mel_db <= MEL_DB
        and found.vocoder_db >= VOCODER_DB
    )
    if not good:
        raise BundleError(
            f"the graphs in 8 bits differ too much from the float graphs ({found}); allowed: {100 * CODES:.0f} %, "
            f"{100 * VOICING:.0f} %, {MEL_DB:g} dB and {VOCODER_DB:g} dB; export with --bits 16"
        )


def _both(exact: Bundle, rounded: Bundle, graph: str, inputs: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], ...]:
    return tuple(_stream(bundle, graph, inputs) for bundle in (exact, rounded))


def _stream(bundle: Bundle, graph: str, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs of one graph, block after block; its state is kept in between."""
    session = open_graph(bundle, graph, [CPU])
    names = [output.name for output in session.get_outputs()]
    state = np.zeros(bundle.inputs(graph)["state"], np.float32)
    given = []
    for block in inputs:
        outputs = dict(zip(names, session.run(names, {**block, "state": state}), strict=True))
        state = outputs.pop("state_out")
        given.append(outputs)
    return given


def _joined(blocks: list[dict[str, Any]], name: str) -> npt.NDArray[Any]:
    return np.concatenate([block[name] for block in blocks])


def _size(values: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(values.astype(np.float64) ** 2)))
