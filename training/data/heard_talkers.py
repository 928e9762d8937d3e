"""Who is heard in an utterance, as rows of one table: what a talker embedding or a talker classifier counts by."""

from __future__ import annotations

from training.data.prepared import PreparedCorpus, Utterance

UNKNOWN = -1


def heard_talkers(corpus: PreparedCorpus) -> list[str]:
    """Names of all talkers of the training split, synthetic timbres and real people alike, sorted."""
    training = [u for kind in ("real", "plain") for u in corpus.utterances("train", kind)]
    return sorted({*heard_voices(corpus), *(u.talker for u in training if u.talker)})


def heard_voices(corpus: PreparedCorpus) -> list[str]:
    """Names of the synthetic voices that training hears or asks for, sorted; a corpus keeps some for validation."""
    names = set()
    for u in corpus.utterances("train", "parallel"):
        for side in ("src", "tgt"):
            names |= _parts(u, side)
    return sorted(names)


def talker_of(u: Utterance, side: str, row: dict[str, int]) -> tuple[int, int, float]:
    """Two rows of the table and the weight of the second; (-1, -1, 0) for somebody who is not in it.

    Args:
        side: "src" or "tgt" of an utterance with a partner; others are "src".
        row: of each name of `heard_talkers`.
    """
    if u.src_voice is None:
        only = row.get(u.talker or "", UNKNOWN)
        return only, only, 0.0
    if not _parts(u, side) <= row.keys():
        return UNKNOWN, UNKNOWN, 0.0
    first, second, weight = u.voice(side)
    return row.get(first, row.get(second, UNKNOWN)), row.get(second, row.get(first, UNKNOWN)), weight


def _parts(u: Utterance, side: str) -> set[str]:
    """The voices that a side is made of; one without any weight is none."""
    first, second, weight = u.voice(side)
    return {name for name, share in ((first, 1.0 - weight), (second, weight)) if share > 0.0}
