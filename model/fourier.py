"""Real discrete Fourier transforms as two small matrix products, which export without complex operators.

One product with all of cosines and sines has as many numbers as the rest of a small network (2.6 MB for 960 samples and
342 bins), and each of them is fetched for each block: on a processor that has other things to do between two blocks,
time is what comes from memory. In two steps (Cooley and Tukey 1965) there are some twenty times fewer.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Fourier(nn.Module):
    """Samples (..., points) to real and imaginary parts (..., 2, bins) of the sum of x[n] exp(-2 pi i k n / points).

    With n = columns * a + b and k = c + rows * d, the first product sums over a, the second over b, for each c.

    Args:
        points: of the transform; a number with a divisor near its root.
        bins: the first ones.
    """

    def __init__(self, points: int, bins: int) -> None:
        super().__init__()
        self.points, self.bins = points, bins
        self.rows = max(d for d in range(1, math.isqrt(points) + 1) if points % d == 0)
        self.columns, self.turns = points // self.rows, -(-bins // self.rows)
        a, b = _count(self.rows), _count(self.columns)
        first = _turns(a[:, None] * a / self.rows)
        k = a[:, None] + self.rows * _count(self.turns)
        second = _turns(b[None, :, None] * k[:, None] / points)
        # (cos - i sin)(re + i im), as a real product: rows are re and im of what comes, columns of what goes.
        joined = torch.cat([_pair(second, -1), _pair(torch.stack([-second[1], second[0]]), -1)], dim=1)
        self.register_buffer("first", torch.cat([first[0], first[1]]).float(), persistent=False)
        self.register_buffer("second", joined.float(), persistent=False)
        self.first: Tensor
        self.second: Tensor

    def forward(self, frames: Tensor) -> Tensor:
        """frames (..., points) to (..., 2, bins)."""
        shape = frames.shape[:-1]
        x = frames.reshape(-1, self.rows, self.columns)
        x = (self.first @ x).unflatten(1, (2, self.rows)).permute(2, 0, 1, 3).flatten(2)
        x = (x @ self.second).unflatten(2, (2, self.turns)).permute(1, 2, 3, 0).flatten(2)
        return x[:, :, : self.bins].reshape(*shape, 2, self.bins)


class InverseFourier(nn.Module):
    """Real and imaginary parts (..., 2, points / 2 + 1) of a real sound's spectrum to its samples from `start` on.

    Args:
        points: as in `Fourier`, even.
        start: samples that are left out, a multiple of the columns (for 720 points: of 30).

    Raises:
        ValueError: `start` is no such multiple.
    """

    def __init__(self, points: int, start: int = 0) -> None:
        super().__init__()
        self.bins = points // 2 + 1
        self.rows = max(d for d in range(1, math.isqrt(points) + 1) if points % d == 0)
        self.columns, self.turns = points // self.rows, -(-self.bins // self.rows)
        if start % self.columns:
            raise ValueError(f"start must be a multiple of {self.columns}, not {start}")
        a, b = _count(self.rows), _count(self.columns)
        k = a[:, None] + self.rows * _count(self.turns)
        share = torch.where((k == 0) | (k == points // 2), 1.0, 2.0) / points * (k < self.bins)
        turned = _turns(-b[None, None] * k[:, :, None] / points) * share[:, :, None]
        joined = torch.cat([_pair(turned, -1), _pair(torch.stack([-turned[1], turned[0]]), -1)], dim=1)
        last = _turns(-a[start // self.columns :, None] * a / self.rows)
        self.register_buffer("first", joined.float(), persistent=False)
        self.register_buffer("second", torch.cat([last[0], -last[1]], dim=1).float(), persistent=False)
        self.first: Tensor
        self.second: Tensor

    def forward(self, spectra: Tensor) -> Tensor:
        """spectra (..., 2, points / 2 + 1) to samples (..., points - start)."""
        shape = spectra.shape[:-2]
        x = nn.functional.pad(spectra.reshape(-1, 2, self.bins), (0, self.rows * self.turns - self.bins))
        x = x.unflatten(2, (self.turns, self.rows)).permute(3, 0, 1, 2).flatten(2)
        x = (x @ self.first).unflatten(2, (2, self.columns)).permute(1, 2, 0, 3).flatten(1, 2)
        return (self.second @ x).reshape(*shape, -1)


def _count(n: int) -> Tensor:
    return torch.arange(n, dtype=torch.float64)


def _turns(turns: Tensor) -> Tensor:
    """exp(-2 pi i turns) as real and imaginary part, (2, ...). Whole turns are left out first, which is exact."""
    angle = 2 * math.pi * (turns - torch.round(turns))
    return torch.stack([torch.cos(angle), -torch.sin(angle)])


def _pair(parts: Tensor, dim: int) -> Tensor:
    return torch.cat([parts[0], parts[1]], dim=dim)
