"""The linkage loss hears talkers in what is made, whatever voice it is made in, and takes them out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, multiprocessing, nn

from core.errors import ConfigError
from tests.training.losses.speech import noisy, sample
from training.losses.base import Step
from training.losses.linkage import Linkage
from training.perception.speaker_net import WIDTH

TALKERS, VOICE, SAMPLES = 12, 4, 64


class Ear(nn.Module):
    """Stands for the verifier: a fixed linear map of the samples, so that a test knows what is heard."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(SAMPLES, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        heard: Tensor = self.map(x)
        return heard


class Stubbed(Linkage):
    def load(self) -> nn.Module:
        torch.manual_seed(0)
        return Ear()


@pytest.fixture
def loss() -> Stubbed:
    try:
        made = Stubbed(talkers=TALKERS + 1, voice_dim=VOICE, directions=6, patience=600, memory=2000)
    except ConfigError as error:
        pytest.skip(str(error))
    return made.train()


def crops(rng: torch.Generator, mark: float, count: int = 32) -> Step:
    """Sound that is content, which differs from crop to crop, a voice, and the talker's own mark."""
    talker = torch.randint(TALKERS, (count,), generator=rng)
    fixed = torch.Generator().manual_seed(5)
    voices, marks = torch.randn(VOICE, SAMPLES, generator=fixed), torch.randn(TALKERS, SAMPLES, generator=fixed)
    voice = torch.randn(count, VOICE, generator=rng)
    wave = torch.randn(count, SAMPLES, generator=rng) + 3.0 * voice @ voices + mark * marks[talker]
    return Step(wave=wave, wave_target=wave, wave_talker=talker, wave_voice=voice)


def heard(loss: Linkage, mark: float, steps: int = 60, seed: int = 1) -> float:
    """Its mean over new crops after so many steps."""
    rng = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        loss(crops(rng, mark))
    with torch.no_grad():
        return float(torch.stack([loss(crops(rng, mark)) for _ in range(20)]).mean())


def test_it_grows_with_what_tells_talkers_apart_and_not_with_the_voice(loss: Stubbed) -> None:
    nobody = heard(loss, 0.0)
    for buffer in loss.buffers():
        buffer.zero_()
    little = heard(loss, 0.3)
    for buffer in loss.buffers():
        buffer.zero_()
    much = heard(loss, 1.0)
    assert abs(nobody) < 0.2 * little
    assert little < 0.5 * much


def test_steps_against_it_take_the_mark_out_and_leave_the_rest(loss: Stubbed) -> None:
    rng = torch.Generator().manual_seed(2)
    filter_ = nn.Linear(SAMPLES, SAMPLES, bias=False)
    nn.init.eye_(filter_.weight)
    optimiser = torch.optim.Adam(filter_.parameters(), 3e-3)
    values = []
    for _ in range(400):
        step = crops(rng, 1.0)
        assert step.wave is not None
        plain = step.wave
        step.wave = filter_(plain)
        value = loss(step)
        optimiser.zero_grad()
        (value + 0.3 * (step.wave - plain).square().mean()).backward()
        optimiser.step()
        values.append(value.item())
    began, ended = sum(values[25:75]) / 50, sum(values[-50:]) / 50
    assert began > 0
    assert ended < 0.4 * began
    kept = filter_.weight.detach()
    assert kept.diagonal().mean() > 0.6, "most of the sound passes as before"


def test_it_waits_until_it_has_heard_enough_and_forgets_nothing_by_validation(loss: Stubbed) -> None:
    rng = torch.Generator().manual_seed(3)
    step = crops(rng, 1.0)
    assert step.wave is not None
    step.wave.requires_grad_()
    value = loss(step)
    value.backward()
    assert value.item() == 0.0
    before = loss.moments.clone()
    with torch.no_grad():
        loss(crops(rng, 1.0))
    loss.eval()
    loss(crops(rng, 1.0))
    assert torch.equal(loss.moments, before)


def test_strangers_do_not_count_and_unknown_rows_are_told(loss: Stubbed) -> None:
    step = crops(torch.Generator().manual_seed(4), 1.0)
    assert step.wave_talker is not None
    step.wave_talker[:] = -1
    assert loss(step).item() == 0.0
    assert not loss.moments.any()
    step.wave_talker[0] = TALKERS + 1
    with pytest.raises(ValueError, match="talkers"):
        loss(step)


def test_processes_remember_what_all_of_them_heard(loss: Stubbed, tmp_path: Path) -> None:
    """Two processes with half the crops each know what one with all of them knows; one of them heard strangers once."""
    multiprocessing.spawn(_hear_half, args=(tmp_path,), nprocs=2)
    for step in _together():
        loss(step)
    for rank in range(2):
        found = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert found["heard"].tolist() == loss.heard.tolist() == [30 * 32 - 16, 30]
        for name in ("moments", "sums", "crops", "map"):
            torch.testing.assert_close(found[name], dict(loss.named_buffers())[name], rtol=1e-3, atol=1e-3)
        ours, theirs = loss.means @ loss.means.t(), found["means"] @ found["means"].t()
        torch.testing.assert_close(theirs, ours, rtol=0.02, atol=0.02)  # whichever way the axes point


def _together() -> list[Step]:
    rng = torch.Generator().manual_seed(8)
    steps = [crops(rng, 1.0) for _ in range(30)]
    assert steps[3].wave_talker is not None
    steps[3].wave_talker[:16] = -1
    return steps


def _hear_half(rank: int, folder: Path) -> None:
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder / 'meeting'}", rank=rank, world_size=2)
    loss = Stubbed(talkers=TALKERS + 1, voice_dim=VOICE, directions=6, patience=600, memory=2000).train()
    half = slice(16 * rank, 16 * rank + 16)
    for step in _together():
        assert step.wave is not None
        assert step.wave_talker is not None
        assert step.wave_voice is not None
        wave = step.wave[half].requires_grad_()
        loss(
            Step(wave=wave, wave_target=wave, wave_talker=step.wave_talker[half], wave_voice=step.wave_voice[half])
        ).backward()
    torch.save(loss.state_dict(), folder / f"{rank}.pt")
    torch.distributed.destroy_process_group()


def test_rows_limit_the_gradient_and_not_the_memory(loss: Stubbed) -> None:
    heard(loss, 1.0)
    loss.rows = 3
    step = crops(torch.Generator().manual_seed(6), 1.0)
    assert step.wave is not None
    step.wave.requires_grad_()
    crops_before = float(loss.heard[0])
    loss(step).backward()
    assert step.wave.grad is not None
    assert step.wave.grad.abs().sum(1).gt(0).tolist() == [True] * 3 + [False] * 29
    assert float(loss.heard[0]) == crops_before + 32


def test_the_real_verifier_passes_a_gradient_on() -> None:
    try:
        loss = Linkage(talkers=3, voice_dim=VOICE, directions=4, patience=12).train()
    except ConfigError as error:
        pytest.skip(str(error))
    x = torch.cat([sample(), noisy(sample(), 0.3), 0.5 * sample()])
    talker, voice = torch.arange(3), torch.zeros(3, VOICE)
    for i in range(5):
        wave = x + 0.01 * torch.randn(x.shape, generator=torch.Generator().manual_seed(i))
        wave.requires_grad_()
        value = loss(Step(wave=wave, wave_target=x, wave_talker=talker, wave_voice=voice))
    value.backward()
    assert value.item() > 0
    assert wave.grad is not None
    assert torch.isfinite(wave.grad).all()
    assert wave.grad.abs().sum(1).gt(0).all()
    assert not list(loss.parameters()), "the network does not learn, and no checkpoint holds it"
    assert set(loss.state_dict()) == {"moments", "sums", "crops", "axes", "means", "map", "heard"}
