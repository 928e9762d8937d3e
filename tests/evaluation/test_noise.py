"""Words, quality and melody in noise: of the original itself, so that it is known what noise must do to each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from rich.console import Console

from core.assets import sample_path
from core.audio_file import read_mono
from evaluation.noise import scores_by_condition
from evaluation.plan import Plan
from evaluation.talkers import Recording
from evaluation.words import IN_NOISE
from evaluation.workshop import CONDITIONS, Crew, Workshop


class Hears:
    """Hears the sentence where nothing was added to the sound, and one word of its four elsewhere."""

    name = key = "made up"

    def __init__(self, quiet: list[np.ndarray]) -> None:
        self._quiet = quiet

    def __call__(self, samples: np.ndarray) -> str:
        return "who is that there" if any(np.array_equal(samples, sound) for sound in self._quiet) else "that"


def test_noise_costs_words_quality_and_melody(tmp_path: Path) -> None:
    samples, rate = read_mono(sample_path())
    recordings = []
    for number, talker in enumerate(("ann", "bob", "eve")):
        path = tmp_path / f"{talker}.wav"
        soundfile.write(path, samples[int((1 + 2.5 * number) * rate) :][: 2 * rate], rate)
        recordings.append(Recording(f"{talker}-1", talker, "F", "Who is that there?", path))
    plan = Plan(None, tmp_path, tmp_path / "out", babblers=(recordings[2],))
    workshop = Workshop(plan)
    workshop.instruments.recognisers["wer"] = Hears([workshop.sound(r, 0.0) for r in recordings])
    with Crew(workshop, 1, Console(quiet=True)) as crew:
        assert scores_by_condition([workshop.systems["original"]], [], workshop, crew) == {}
        found = scores_by_condition([workshop.systems["original"]], recordings[:2], workshop, crew)["original"]
    assert tuple(found) == CONDITIONS
    assert all(tuple(row) == IN_NOISE and row["OVRL"]["talkers"] == 2 for row in found.values())
    assert found["quiet"]["wer"]["value"] == 0.0
    assert found["babble 5 dB"]["wer"]["value"] == 0.75
    assert found["quiet"]["f0_correlation"]["value"] > 0.999 > found["babble 5 dB"]["f0_correlation"]["value"]
    opinions = [found[condition]["OVRL"]["value"] for condition in ("quiet", "babble 15 dB", "babble 5 dB")]
    assert opinions == sorted(opinions, reverse=True)
