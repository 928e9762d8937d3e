"""Crops of the prepared corpus, made into training batches.

Every item is a function of (seed, epoch, index) alone, so that a resumed run sees what the interrupted one would have.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from core.errors import ConfigError
from core.spec import FRAMES, HOP
from model.encoder import WARPS
from model.prosody import ProsodyNormalizer
from training.data.babblers import Babblers
from training.data.heard_talkers import heard_talkers, heard_voices, talker_of
from training.data.prepared import PreparedCorpus, Utterance
from training.data.voice_ranges import voice_ranges
from training.perturb.chain import Perturb


@dataclass
class Batch:
    """One batch; T frames of 10 ms, S = T / 2 steps of 20 ms, n = 240 T samples.

    Attributes:
        heard: (B, n) what the encoder hears, perturbed.
        heard_f0: (B, S, 2) Hz at the prosody frames, 0 unvoiced.
        wanted: (B, n) what should come out, aligned with `heard` to the sample. Where `paired` is 0 nobody knows:
            then the unperturbed recording, or zeros if there are no `rows`.
        wanted_f0: (B, T) Hz, held through unvoiced frames; wanted_voicing: (B, T) 0 or 1.
        phones: int64 (B, S), -1 unknown; phone_soft: (B, S, classes), zeros where no teacher speaks.
        understood: (B, S, 64) what a recogniser that hears all of the recording makes of it, zeros where unknown.
        rows: (B, S, W) a recogniser's own rows of the unperturbed whole recording; W is 0 if they were not asked for.
        voice: int64 (B, 2) rows of the voice table; voice_weight: (B,) of the second.
        paired: (B,) 1 where `wanted` exists.
        talker: int64 (B, 2) who is heard, rows of `heard_talkers`, -1 a stranger; talker_weight: (B,) of the second.
        warp: int64 (B,) index in WARPS: by how much the encoder's filters are to be warped in training.
        shake: (B, 2) unit Gaussian: how far training moves the level and the log-F0 that the decoder is given.
        noise: (B, n) unit Gaussian, the vocoder's noise source.

    What is random in a training step is drawn here, with the item, and nowhere else: so a step is a function of its
    batch, the same after a resume and on any number of processes.
    """

    heard: Tensor
    heard_f0: Tensor
    wanted: Tensor
    wanted_f0: Tensor
    wanted_voicing: Tensor
    phones: Tensor
    phone_soft: Tensor
    understood: Tensor
    rows: Tensor
    voice: Tensor
    voice_weight: Tensor
    paired: Tensor
    talker: Tensor
    talker_weight: Tensor
    warp: Tensor
    shake: Tensor
    noise: Tensor


class Crops(Dataset[Batch]):
    """Random crops as single-item batches.

    Args:
        corpus: the prepared corpus.
        utterances: those to draw from, in proportion to their length.
        frames: T of a crop, even.
        count: items in an epoch.
        voices: name of each row of the voice table.
        perturb: applied to `heard` only, or None.
        seed, epoch: see the module's text.
        real_share: share of items from utterances without a partner.
        rows: read the recogniser's rows, and choose a voice at random for utterances without a partner.

    Raises:
        ConfigError: no utterance is long enough.
    """

    def __init__(
        self,
        corpus: PreparedCorpus,
        utterances: list[Utterance],
        frames: int,
        count: int,
        voices: list[str],
        perturb: Perturb | None,
        seed: int,
        epoch: int,
        real_share: float = 0.0,
        rows: bool = False,
    ) -> None:
        long_enough = [u for u in utterances if u.frames > frames + 2]
        self.paired = [u for u in long_enough if u.tgt is not None]
        self.lone = [u for u in long_enough if u.tgt is None]
        if not self.paired and not self.lone:
            raise ConfigError(f"data.seconds: no utterance is longer than {frames / 100:.1f} s; ask for shorter crops")
        self.corpus, self.frames, self.count, self.perturb = corpus, frames, count, perturb
        self.row = {name: i for i, name in enumerate(voices)}
        self.talker_row = {name: i for i, name in enumerate(heard_talkers(corpus))}
        self.seed, self.epoch = seed, epoch
        self.ranges = voice_ranges(corpus) if rows else None
        # What training never hears, partner and table have not learnt to say.
        self.sayable = [self.row[name] for name in heard_voices(corpus)] if rows else []
        if perturb is not None and perturb.source is None:
            perturb.source = Babblers(corpus, long_enough)
        self.real_share = 1.0 if not self.paired else real_share if self.lone else 0.0
        self._odds = {id(pool): _by_length(pool) for pool in (self.paired, self.lone) if pool}

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Batch:
        rng = np.random.default_rng((self.seed, self.epoch, index))
        pool = self.lone if rng.random() < self.real_share else self.paired
        utterance = pool[rng.choice(len(pool), p=self._odds[id(pool)])]
        start = int(rng.integers(0, (utterance.frames - 1 - self.frames) // FRAMES + 1)) * FRAMES
        heard_side = "src" if utterance.tgt is None or rng.random() < 0.7 else "tgt"
        return self._crop(utterance, start, heard_side, rng)

    def _crop(self, u: Utterance, start: int, heard_side: str, rng: np.random.Generator) -> Batch:
        corpus, frames = self.corpus, self.frames
        heard = corpus.audio(u, heard_side, start, frames)
        heard_f0 = corpus.f0(u, heard_side, start, frames)
        if self.perturb is not None:
            heard = self.perturb(heard, rng)
        steps = frames // FRAMES
        phones = corpus.phones(u, start, frames)[::FRAMES].astype(np.int64)
        soft = corpus.teacher(u, start // FRAMES - 1, steps)
        understood = corpus.features(u, start // FRAMES - 1, steps)
        *talker, talker_weight = talker_of(u, heard_side, self.talker_row)
        other = "tgt" if heard_side == "src" else "src"
        rows = np.zeros((steps, 0), np.float32)
        wanted, f0 = np.zeros(frames * HOP, np.float32), np.zeros(frames, np.float32)
        voice, weight = [0, 0], 0.0
        if self.ranges is not None:
            rows = corpus.whole_rows(u, heard_side, start // FRAMES - 1, steps)
        if u.tgt is not None:
            wanted, f0 = corpus.audio(u, other, start, frames), corpus.f0(u, other, start, frames)
            first, second, weight = u.voice(other)
            voice = [self.row[first], self.row[second]]
        elif self.ranges is not None:
            wanted = corpus.audio(u, "src", start, frames)
            voice, weight = [int(row) for row in rng.choice(self.sayable, size=2)], float(rng.random())
            whole = corpus.f0(u, "src", 0, u.frames)
            f0 = moved_f0(heard_f0, whole, *(np.array([1 - weight, weight]) @ self.ranges[voice]))
        return Batch(
            heard=torch.from_numpy(heard)[None],
            heard_f0=torch.from_numpy(heard_f0.reshape(steps, FRAMES))[None],
            wanted=torch.from_numpy(wanted)[None],
            wanted_f0=torch.from_numpy(held_f0(f0))[None],
            wanted_voicing=torch.from_numpy((f0 > 0).astype(np.float32))[None],
            phones=torch.from_numpy(phones)[None],
            phone_soft=torch.from_numpy(soft)[None],
            understood=torch.from_numpy(understood)[None],
            rows=torch.from_numpy(rows)[None],
            voice=torch.tensor([voice]),
            voice_weight=torch.tensor([weight], dtype=torch.float32),
            paired=torch.tensor([float(u.tgt is not None)]),
            talker=torch.tensor([talker], dtype=torch.int64),
            talker_weight=torch.tensor([talker_weight], dtype=torch.float32),
            warp=torch.from_numpy(rng.integers(len(WARPS), size=1)),
            shake=torch.from_numpy(rng.standard_normal((1, 2), np.float32)),
            noise=torch.from_numpy(rng.standard_normal((1, frames * HOP), np.float32)),
        )


def held_f0(f0: np.ndarray) -> np.ndarray:
    """F0 (T,) with 0 where unvoiced, to F0 held from the last voiced frame (from the first one, before it)."""
    voiced = np.flatnonzero(f0 > 0)
    if len(voiced) == 0:
        return np.full(len(f0), 150.0, np.float32)
    last = np.maximum.accumulate(np.where(f0 > 0, np.arange(len(f0)), voiced[0]))
    return f0[last].astype(np.float32)


def moved_f0(f0: np.ndarray, whole: np.ndarray, mean: float, deviation: float) -> np.ndarray:
    """F0 (T,) in Hz of a crop to the range of a voice, as `model.prosody` does in use: 0 stays 0.

    Args:
        whole: F0 of the whole utterance, for its range.
        mean, deviation: of the voice's log-F0.
    """
    voiced = whole[whole > 0]
    if len(voiced) < 2:
        return np.zeros_like(f0)
    own = np.log(voiced)
    spread = np.clip(own.std(), 0.08, 0.4)
    z = np.clip((np.log(np.maximum(f0, 1.0)) - own.mean()) / spread, -ProsodyNormalizer.CLIP, ProsodyNormalizer.CLIP)
    return np.where(f0 > 0, np.exp(mean + deviation * z), 0.0).astype(np.float32)


def collate(items: list[Batch]) -> Batch:
    """Single-item batches to one."""
    return Batch(**{f.name: torch.cat([getattr(item, f.name) for item in items]) for f in fields(Batch)})


def _by_length(pool: list[Utterance]) -> np.ndarray:
    lengths = np.array([u.frames for u in pool], np.float64)
    return lengths / lengths.sum()
