"""Vector quantiser with exponential-moving-average codebooks, held at a level's own rate.

Method: van den Oord et al., Neural Discrete Representation Learning (arXiv 1711.00937), EMA form; start from k-means of
encoder outputs and restart of dead codes as in arXiv 2107.03312, section III-C.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from model.streaming import State, StreamingLayer


class Codebook(nn.Module):
    """K vectors of D numbers; nearest in squared distance.

    Buffers `counts` (K,) and `sums` (K, D) are the running totals of the moving average, `vectors` their quotient.
    """

    def __init__(self, entries: int, dim: int) -> None:
        super().__init__()
        self.entries, self.dim = entries, dim
        self.register_buffer("vectors", torch.randn(entries, dim) * 0.1)
        self.register_buffer("counts", torch.ones(entries))
        self.register_buffer("sums", self.vectors.clone())
        self.register_buffer("ready", torch.zeros((), dtype=torch.bool))
        self.vectors: Tensor
        self.counts: Tensor
        self.sums: Tensor
        self.ready: Tensor

    def nearest(self, z: Tensor) -> Tensor:
        """z (..., D) to the index of the nearest vector, int64 (...)."""
        return (z @ self.vectors.t() * 2 - self.vectors.square().sum(1)).argmax(-1)

    def lookup(self, codes: Tensor) -> Tensor:
        """codes int64 (...) to vectors (..., D)."""
        return nn.functional.embedding(codes, self.vectors)

    @torch.no_grad()
    def start_from(self, z: Tensor, uses: float, iterations: int = 12) -> None:
        """k-means on encoder outputs z (N, D), N >= K: a codebook that starts where the data is does not collapse.

        Args:
            uses: how many codes a batch chooses of this codebook (the N of `update`), which is what the running totals
                begin with: with more, the start would be heard for long, and no entry be counted as dead meanwhile.
        """
        centres = z[torch.randperm(len(z), device=z.device)[: self.entries]].clone()
        for _ in range(iterations):
            owner = (z @ centres.t() * 2 - centres.square().sum(1)).argmax(-1)
            counts = torch.bincount(owner, minlength=self.entries).float()
            sums = torch.zeros_like(centres).index_add_(0, owner, z)
            empty = counts == 0
            centres = sums / counts.clamp(min=1)[:, None]
            centres[empty] = z[torch.randint(len(z), (int(empty.sum()),), device=z.device)]
        self.vectors.copy_(centres)
        self.counts.fill_(uses / self.entries)
        self.sums.copy_(centres * self.counts[:, None])
        self.ready.fill_(True)

    @torch.no_grad()
    def update(self, z: Tensor, codes: Tensor, decay: float, dead_below: float) -> int:
        """Move the codebook towards z (N, D) that chose `codes` (N,); restart entries whose mean use per batch, as a
        fraction of uniform use, fell below `dead_below`. Returns how many were restarted.
        """
        used = torch.bincount(codes, minlength=self.entries).float()
        total = torch.zeros_like(self.sums).index_add_(0, codes, z)
        self.counts.lerp_(used, 1 - decay)
        self.sums.lerp_(total, 1 - decay)
        dead = self.counts < dead_below * self.counts.mean()
        restarted = int(dead.sum())
        if restarted:
            fresh = z[torch.randint(len(z), (restarted,), device=z.device)]
            self.counts[dead] = self.counts.mean()
            self.sums[dead] = fresh * self.counts.mean()
        self.vectors.copy_(self.sums / self.counts.clamp(min=1e-3)[:, None])
        return restarted


class HeldQuantizer(StreamingLayer):
    """One level of the bottleneck: a code every `every` steps, held in between.

    Args:
        entries: size of the codebook. Smaller is more private.
        dim: numbers per vector.
        every: steps per code; 1, 2 and 4 at 50 steps a second give 50, 25 and 12.5 Hz.
    """

    def __init__(self, entries: int, dim: int, every: int) -> None:
        super().__init__()
        self.codebook = Codebook(entries, dim)
        self.every = every
        self.receptive_field = every

    def hold(self, z: Tensor) -> Tensor:
        """z (B, T, D) to the vectors that are quantised at each step: those of steps 0, every, 2 every ..."""
        if self.every == 1:
            return z
        index = torch.arange(z.shape[1], device=z.device) // self.every * self.every
        return z[:, index]

    def forward(self, z: Tensor) -> Tensor:
        """z (B, T, D) to codes int64 (B, T), offline."""
        return self.codebook.nearest(self.hold(z))

    def initial_state(self, batch: int = 1) -> State:
        """`phase` (B, 1): steps since the last code, and `held` (B, 1): that code, both as floats."""
        if self.every == 1:
            return {}
        zeros = self.codebook.vectors.new_zeros(batch, 1)
        return {"phase": zeros, "held": zeros.clone()}

    def stream(self, z: Tensor, state: State) -> tuple[Tensor, State]:
        """z (B, T, D) to codes int64 (B, T)."""
        fresh = self.codebook.nearest(z)
        if self.every == 1:
            return fresh, {}
        phase, held = state["phase"], state["held"]
        codes = []
        for t in range(z.shape[1]):
            held = torch.where(phase < 0.5, fresh[:, t : t + 1].to(held.dtype), held)
            phase = torch.where(phase > self.every - 1.5, torch.zeros_like(phase), phase + 1)
            codes.append(held)
        return torch.cat(codes, dim=1).to(torch.int64), {"phase": phase, "held": held}


def perplexity(codes: Tensor, entries: int) -> Tensor:
    """Effective number of entries in use: exp of the entropy of the code histogram, between 1 and `entries`."""
    p = torch.bincount(codes.flatten(), minlength=entries).float()
    p = p / p.sum()
    return torch.exp(-(p * torch.log(p + 1e-10)).sum())
