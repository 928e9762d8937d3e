"""What each loss costs: forward and backward on one thread, in milliseconds for each second of audio compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from core.errors import ConfigError
from core.spec import HOP, SAMPLE_RATE
from model.frontend import VoiceMel
from model.live import LiveConfig
from model.vocoder import Vocoder
from training.losses.base import Loss, Step
from training.losses.codec import Codec
from training.losses.f0 import F0Consistency
from training.losses.f0_diversity import F0Diversity
from training.losses.formants import Formants
from training.losses.image import Image
from training.losses.linkage import Linkage
from training.losses.mel import Mel
from training.losses.mel_diversity import MelDiversity
from training.losses.mos import MosActivations
from training.losses.recognizer import Recognizer
from training.losses.stft import Stft
from training.losses.verifier import Verifier
from training.losses.wavlm import WavLm


def measure(rows: int, seconds: float, repeats: int, paths: dict[str, str]) -> Iterator[tuple[str, float | str]]:
    """Name and milliseconds of the vocoder and of every loss; a loss whose network is absent gives the reason instead.

    Args:
        rows, seconds: of the batch.
        repeats: the quickest counts.
        paths: "whisper", "wavlm", "vgg16", "codec": the user's files, or "".
    """
    torch.set_num_threads(1)
    frames = int(seconds * SAMPLE_RATE) // (2 * HOP) * 2
    generator = torch.Generator().manual_seed(1)
    wave = 0.1 * torch.randn(2, rows, frames * HOP, generator=generator)
    mel = VoiceMel()(wave.flatten(0, 1)).unflatten(0, (2, rows))
    audio = rows * frames * HOP / SAMPLE_RATE
    yield "the live vocoder, on the way to every loss on samples", _vocoder(mel[0], repeats) / audio
    for name, make in _losses(paths):
        try:
            loss = make()
        except ConfigError as error:
            yield name, str(error)
            continue
        yield f"{name} ({loss.domain})", _one(loss, wave, mel, repeats) / audio


def _losses(paths: dict[str, str]) -> list[tuple[str, Callable[[], Loss]]]:
    return [
        ("Mel", Mel),
        ("MelDiversity", MelDiversity),
        ("Formants", Formants),
        ("Image, lite0", Image),
        ("Image, vgg16", lambda: Image(net="vgg16", path=paths["vgg16"])),
        ("Stft", Stft),
        ("F0Diversity", F0Diversity),
        ("F0Consistency, own", F0Consistency),
        ("F0Consistency, crepe-tiny", lambda: F0Consistency(net="crepe-tiny")),
        ("Verifier", Verifier),
        ("Linkage", Linkage),
        ("MosActivations", MosActivations),
        ("Recognizer, whisper base", lambda: Recognizer(path=paths["whisper"])),
        ("WavLm, layer 6", lambda: WavLm(path=paths["wavlm"])),
        ("Codec", lambda: Codec(path=paths["codec"])),
    ]


def _one(loss: Loss, wave: Tensor, mel: Tensor, repeats: int) -> float:
    """Milliseconds of one forward and backward."""

    def run() -> None:
        made_wave, made_mel = wave[0].clone().requires_grad_(), mel[0].clone().requires_grad_()
        mask = torch.ones(made_mel.shape[:2])
        step = Step(mel=made_mel, mel_target=mel[1], mel_mask=mask, wave=made_wave, wave_target=wave[1])
        step.wave_talker = torch.arange(len(made_wave))
        step.wave_voice = torch.zeros(len(made_wave), LiveConfig().voice_dim)
        loss(step).backward()

    run()  # reads the network
    return _quickest(run, repeats)


def _vocoder(mel: Tensor, repeats: int) -> float:
    """Both sides pass through it, one of them with a gradient."""
    c = LiveConfig()
    vocoder = Vocoder(c.vocoder_channels, c.vocoder_hidden, c.vocoder_dilations).requires_grad_(False)
    f0, voicing = torch.full(mel.shape[:2], 150.0), torch.ones(mel.shape[:2])
    noise = torch.randn(len(mel), mel.shape[1] * HOP)

    def run() -> None:
        made = mel.clone().requires_grad_()
        vocoder(made, f0, voicing, noise).square().mean().backward()
        with torch.no_grad():
            vocoder(mel, f0, voicing, noise)

    return _quickest(run, repeats)


def _quickest(run: Callable[[], None], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return 1000 * min(times)
