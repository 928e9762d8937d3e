"""Transforms in two steps against the textbook's."""

from __future__ import annotations

import pytest
import torch

from model.fourier import Fourier, InverseFourier


@pytest.mark.parametrize(("points", "bins"), [(1024, 342), (1024, 513), (600, 201), (720, 361), (30, 16)])
def test_spectra_are_those_of_the_fast_transform(points: int, bins: int) -> None:
    frames = torch.randn(3, 2, points, generator=torch.Generator().manual_seed(1))
    found = Fourier(points, bins)(frames)
    wanted = torch.fft.rfft(frames.double())[..., :bins]
    assert found.shape == (3, 2, 2, bins)
    assert (found[..., 0, :] - wanted.real).abs().max() < 1e-4
    assert (found[..., 1, :] - wanted.imag).abs().max() < 1e-4


@pytest.mark.parametrize(("points", "start"), [(720, 0), (720, 240), (64, 8)])
def test_the_way_back_gives_the_samples(points: int, start: int) -> None:
    frames = torch.randn(2, 3, points, generator=torch.Generator().manual_seed(2)).double()
    spectra = torch.fft.rfft(frames)
    found = InverseFourier(points, start)(torch.stack([spectra.real, spectra.imag], dim=-2).float())
    assert (found - frames[..., start:]).abs().max() < 1e-5


def test_a_start_between_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 30"):
        InverseFourier(720, 100)


def test_gradients_pass() -> None:
    frames = torch.randn(1, 60, requires_grad=True)
    InverseFourier(60)(Fourier(60, 31)(frames)).square().sum().backward()
    assert frames.grad is not None
    assert torch.allclose(frames.grad, 2 * frames, atol=1e-4)


def test_it_has_few_numbers() -> None:
    """What it is for: a small part of what one product for 342 bins of 960 samples would fetch."""
    transform = Fourier(1024, 342)
    assert sum(buffer.numel() for buffer in transform.buffers()) < 960 * 684 / 12
