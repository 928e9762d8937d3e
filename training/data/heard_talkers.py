"""Who is heard in an utterance, as rows of one table: what a talker embedding or a talker classifier counts by."""

from __future__ import annotations

from training.data.prepared import PreparedCorpus, Utterance

UNKNOWN = -1


def heard_talkers(corpus: PreparedCorpus) -> list[str]:
    """Names of all talkers of the training split, synthetic timbres and real people alike, sorted."""
    training = [u for kind in ("parallel", "real", "plain") for u in corpus.utterances("train", kind)]
    return sorted({*corpus.voices, *(u.talker for u in training if u.talker)})


def talker_of(u: Utterance, side: str, row: dict[str, int]) -> tuple[int, int, float]:
    """Two rows of the table and the weight of the second; (-1, -1, 0) for somebody who is not in it.

    Args:
        side: "src" or "tgt" of an utterance with a partner; others are "src".
        row: of each name of `heard_talkers`.
    """
    if u.src_voice is None:
        only = row.get(u.talker or "", UNKNOWN)
        return only, only, 0.0
    first, second, weight = u.voice(side)
    if first not in row or second not in row:
        return UNKNOWN, UNKNOWN, 0.0
    return row[first], row[second], weight
