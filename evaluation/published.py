"""What others report of their anonymizers, to see where a bundle stands. None of it was measured here."""

from __future__ import annotations

from dataclasses import dataclass

CHALLENGE = "results folder of the VoicePrivacy Challenge 2024 repository, mean of women and men, libri-test"


@dataclass(frozen=True)
class Published:
    """A stated point.

    Attributes:
        name: of the system. eer: equal error rate in percent. wer: word error rate in percent.
        attacker: whose the equal error rate is. source: where both figures stand.
    """

    name: str
    eer: float
    wer: float
    attacker: str
    source: str


POINTS = (
    Published("B2 (McAdams)", 4.5, 10.0, "semi-informed", CHALLENGE),
    Published("B3 (STTTS)", 27.1, 4.3, "semi-informed", CHALLENGE),
    Published("B5 (ASR-BN, wav2vec 2)", 34.3, 4.4, "semi-informed", CHALLENGE),
    Published("B6 (ASR-BN, TDNN-F)", 21.1, 9.1, "semi-informed", CHALLENGE),
    Published("DarkStream", 50.0, 9.0, "lazy-informed", "abstract of arXiv 2509.04667: “close to 50 %”, “within 9 %”"),
)
LEFT_OUT = (
    "B1 and B4 of the VoicePrivacy Challenge 2024 (the repository holds only results of earlier versions), "
    "Stream-Voice-Anon (arXiv 2601.13948 states relative gains in its abstract; the figures could not be checked here)"
)
CAUTION = (
    "Other talkers, other sentences, another recogniser and far stronger attackers, trained on hundreds of hours: read "
    "the picture as a map, not as a ranking."
)
