"""The pitch range of each synthetic voice, measured on the training utterances that it alone speaks."""

from __future__ import annotations

import numpy as np

from training.data.prepared import PreparedCorpus


def voice_ranges(corpus: PreparedCorpus, at_most: int = 40) -> np.ndarray:
    """Mean and standard deviation of log-F0 for each of `corpus.voices`.

    Args:
        corpus: the prepared corpus.
        at_most: utterances read per voice.

    Returns:
        float32 (voices, 2); the deviation is the median of those within utterances, for it is within an utterance that
        melody happens. A voice with no utterance of its own gets 160 Hz and 0.2.
    """
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in corpus.voices}
    for u in corpus.utterances("train", "parallel"):
        for side in ("tgt", "src"):
            first, _, weight = u.voice(side)
            if weight > 0 or len(found[first]) >= at_most:
                continue
            f0 = corpus.f0(u, side, 0, u.frames)
            if (f0 > 0).sum() > 50:
                log_f0 = np.log(f0[f0 > 0])
                found[first].append((float(log_f0.mean()), float(log_f0.std())))
    rows = [np.median(values, axis=0) if values else (np.log(160.0), 0.2) for values in found.values()]
    return np.array(rows, np.float32)
