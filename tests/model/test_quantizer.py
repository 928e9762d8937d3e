"""Codebooks learn, do not collapse, and revive dead entries."""

from __future__ import annotations

import torch

from model.quantizer import Codebook, perplexity


def clusters(count: int, per: int) -> torch.Tensor:
    torch.manual_seed(1)
    centres = torch.randn(count, 8) * 3
    return (centres[:, None] + 0.1 * torch.randn(count, per, 8)).flatten(0, 1)


def test_k_means_start_uses_the_whole_book() -> None:
    z = clusters(16, 40)
    book = Codebook(16, 8)
    assert perplexity(book.nearest(z), 16) < 12, "a random start far from the data uses few entries"
    book.start_from(z, len(z))
    assert perplexity(book.nearest(z), 16) > 11
    assert bool(book.ready)


def test_dead_entries_come_back() -> None:
    z = clusters(8, 50)
    book = Codebook(32, 8)
    book.start_from(z, len(z))
    book.vectors[20:] = 1e3
    book.sums[20:] = 1e3 * book.counts[20:, None]
    restarted = 0
    for _ in range(200):
        restarted += book.update(z, book.nearest(z), decay=0.9, dead_below=0.03)
    assert restarted >= 12
    assert book.vectors.abs().max() < 100


def test_entries_that_nobody_chooses_come_back_soon_after_the_start() -> None:
    """The k-means of the start sees many batches; weighed with all of them, none would be dead for long after it."""
    z = clusters(8, 200)
    book = Codebook(32, 8)
    batch = z[:64]  # one cluster: all other entries fall idle
    book.start_from(z, len(batch))
    after = next(n for n in range(1000) if book.update(batch, book.nearest(batch), decay=0.99, dead_below=0.03))
    assert 300 < after < 420, "ln 0.03 / ln 0.99 is 349"


def test_moving_average_follows_the_data() -> None:
    z = clusters(4, 50)
    book = Codebook(4, 8)
    book.start_from(z, len(z))
    for _ in range(300):
        book.update(z + 1.0, book.nearest(z + 1.0), decay=0.95, dead_below=0.0)
    codes = book.nearest(z + 1.0)
    for i in codes.unique():
        assert torch.allclose(book.vectors[i], (z + 1.0)[codes == i].mean(0), atol=0.02)


def test_perplexity_knows_uniform_and_collapsed() -> None:
    assert abs(perplexity(torch.arange(64), 64).item() - 64) < 1e-3
    assert abs(perplexity(torch.zeros(64, dtype=torch.int64), 64).item() - 1) < 1e-3
