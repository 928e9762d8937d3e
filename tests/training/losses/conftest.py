"""Every perception-informed loss; small random networks where the real one is the user's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core.errors import ConfigError
from tests.training.losses import checkpoints, tiny_whisper
from training.losses.base import Loss
from training.losses.codec import Codec
from training.losses.f0 import F0Consistency
from training.losses.f0_diversity import F0Diversity
from training.losses.formants import Formants
from training.losses.image import Image
from training.losses.mel_diversity import MelDiversity
from training.losses.mos import MosActivations
from training.losses.recognizer import Recognizer
from training.losses.verifier import Verifier
from training.losses.wavlm import WavLm
from training.perception.pitch_nets import CREPE_WIDTHS, Crepe

torch.set_num_threads(1)

Make = Callable[[Path], Loss]
LOSSES: dict[str, Make] = {
    "formants": lambda files: Formants(),
    "mos": lambda files: MosActivations(),
    "recognizer": lambda files: Recognizer(path=str(files / "whisper"), layer=2),
    "wavlm": lambda files: WavLm(path=str(files / "wavlm.safetensors"), layer=2),
    "image": lambda files: Image(),
    "image_vgg16": lambda files: Image(net="vgg16", path=str(files / "vgg16.pth")),
    "verifier": lambda files: Verifier(),
    "codec": lambda files: Codec(path=str(files / "codec.safetensors")),
    "f0_consistency": lambda files: F0Consistency(),
    "f0_consistency_crepe": lambda files: F0Consistency(net="crepe-tiny", path=str(files / "crepe.pth")),
    "f0_diversity": lambda files: F0Diversity(),
    "mel_diversity": lambda files: MelDiversity(),
}


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the networks that a user would bring."""
    folder = tmp_path_factory.mktemp("networks")
    tiny_whisper.write(folder / "whisper")
    save_file(checkpoints.wavlm(), folder / "wavlm.safetensors")
    torch.save({"cfg": {"layers": 3}, "model": checkpoints.wavlm_first_names(checkpoints.wavlm())}, folder / "wavlm.pt")
    save_file(checkpoints.encodec(), folder / "codec.safetensors")
    torch.save({"best_state": checkpoints.encodec_first_names(checkpoints.encodec())}, folder / "codec.th")
    torch.save(checkpoints.vgg16(), folder / "vgg16.pth")
    torch.manual_seed(0)
    crepe = Crepe(CREPE_WIDTHS["crepe-tiny"])
    for parameter in crepe.parameters():
        parameter.data *= 2.0  # so that its answer depends on what it hears
    torch.save(crepe.state_dict(), folder / "crepe.pth")
    return folder


@pytest.fixture(params=LOSSES)
def loss(request: pytest.FixtureRequest, files: Path) -> Loss:
    """Each loss in turn; one whose package is not installed is skipped with the reason that a user would read."""
    try:
        return LOSSES[request.param](files)
    except ConfigError as error:
        pytest.skip(str(error))
