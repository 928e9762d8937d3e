"""Listening to oneself: the call's own sound, late, and never more of it than is wanted."""

from __future__ import annotations

import numpy as np

from realtime.listening import Listening


def pull(listening: Listening, count: int) -> np.ndarray:
    out = np.full(count, 9.0, np.float32)
    listening.read_into(out)
    return out


def test_everything_comes_out_in_order_when_the_clocks_agree() -> None:
    listening, given, got = Listening(960), [], []
    rng = np.random.default_rng(1)
    for _ in range(400):
        frames = rng.uniform(0.1, 1.0, 240).astype(np.float32)
        listening.write(frames)
        given.append(frames)
        got.append(pull(listening, 240))
    heard = np.concatenate(got)
    heard = heard[np.argmax(heard != 0.0) :]
    assert len(heard) > 390 * 240
    assert np.array_equal(heard, np.concatenate(given)[: len(heard)])


def test_clocks_that_differ_cost_sound_and_never_delay() -> None:
    for wanted in (230, 250):
        listening, count = Listening(960), 0
        for step in range(2000):
            listening.write(np.full(240, step + 1, np.float32))
            newest = pull(listening, wanted).max()
            assert newest == 0.0 or step + 1 - newest <= 5
            count += newest > 0
        assert count > 1900


def test_nothing_is_silence() -> None:
    assert not pull(Listening(960), 4800).any()
