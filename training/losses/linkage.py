"""Nobody should be able to link two recordings of a talker by the made voice."""

from __future__ import annotations

import torch
from torch import Tensor, distributed

from training.losses.base import Step, check_talkers
from training.losses.verifier import Verifier
from training.perception.speaker_net import WIDTH

SHRINK = 0.1
"""Share of the mean variance that every direction is given: there are fewer crops than covariances want."""
EVERY = 25
"""Steps between two looks for the directions."""


class Linkage(Verifier):
    """How far a talker's made sound lies to that talker's side, in the directions in which a verifier could learn to
    tell talkers apart.

    It is the semi-informed attacker of docs/evaluation.md, kept up to date while training goes on. From all crops
    of the last while it knows what a verifier's embeddings owe to the *made* voice (a linear map, by least
    squares), and from what is left of them each heard talker's mean and the scatter around it. Linear discriminant
    analysis (Fisher 1936) of the two gives the directions. There the loss is, for each crop, the product of its own
    place with its talker's mean, both in deviations within talkers: on average the squared length of that mean,
    which is what lets an attacker in, and 0 where all talkers sound alike. Unlike a classifier that learns by
    gradients it has no time to forget what it knew, and nothing to learn by heart but means.

    Single crops may come out below 0. Talkers whom training does not know do not count.

    Args:
        talkers: most talkers that it can tell apart, at least as many as `heard_talkers` has.
        voice_dim: of a voice's embedding.
        directions: in which talkers differ most, to be looked at.
        memory: crops after which one is forgotten. patience: crops to be heard before anything is asked for.
        rows: at most this many crops are given a gradient; all are remembered.
    """

    needs = ("wave_talker", "wave_voice")

    def __init__(
        self,
        weight: float = 1.0,
        start_epoch: int = 0,
        rows: int = 0,
        talkers: int = 256,
        voice_dim: int = 64,
        directions: int = 24,
        memory: float = 8000.0,
        patience: int = 1500,
    ) -> None:
        super().__init__(weight, start_epoch, rows)
        self.talkers, self.directions, self.memory, self.patience = talkers, directions, memory, patience
        given = voice_dim + 1
        for name, shape in {
            "moments": (given + WIDTH, given + WIDTH),  # of (voice, 1, embedding), sums that fade
            "sums": (talkers, given + WIDTH),  # the same of each talker, first moments
            "crops": (talkers,),
            "axes": (WIDTH, directions),
            "means": (talkers, directions),
            "map": (given, WIDTH),
            "heard": (2,),  # crops, steps
        }.items():
            self.register_buffer(name, torch.zeros(shape))
        self.moments: Tensor
        self.sums: Tensor
        self.crops: Tensor
        self.axes: Tensor
        self.means: Tensor
        self.map: Tensor
        self.heard: Tensor

    def forward(self, step: Step) -> Tensor:
        assert step.wave is not None and step.wave_talker is not None and step.wave_voice is not None
        known = step.wave_talker >= 0
        talker = step.wave_talker[known]
        check_talkers(self, talker, self.talkers)
        net = self.network(step.wave.device)
        with torch.autocast(step.wave.device.type, enabled=False):
            waves, voice = step.wave[known].float(), step.wave_voice[known].detach().float()
            voice = torch.cat([voice, torch.ones_like(voice[:, :1])], dim=1)
            few = waves[: self.rows] if self.rows else waves
            embedding = net(few) if len(few) else voice.new_zeros(0, WIDTH)
            value = self._linked(embedding, voice[: len(few)], talker[: len(few)])
            value = value if len(few) else step.wave.sum() * 0.0
            if self.training and torch.is_grad_enabled():
                with torch.no_grad():
                    others = net(waves[len(few) :]) if len(waves) > len(few) else embedding[:0]
                    # Also with nothing heard: other processes wait for this one.
                    self._remember(torch.cat([embedding.detach(), others]), voice, talker)
        return value

    def _linked(self, embedding: Tensor, voice: Tensor, talker: Tensor) -> Tensor:
        """The loss; 0 before the first look, which leaves the directions at 0."""
        # A copy: the buffer may be written anew before the gradient is asked for.
        place = (embedding - voice @ self.map) @ self.axes.clone()
        return (place * self.means[talker]).sum(1).mean()

    def _remember(self, embedding: Tensor, voice: Tensor, talker: Tensor) -> None:
        """What was heard now, by all processes; and the directions anew, now and then."""
        x = torch.cat([voice, embedding], dim=1)
        moments = _of_all(x.t() @ x)
        sums = _of_all(torch.zeros_like(self.sums).index_add_(0, talker, x))
        crops = _of_all(torch.zeros_like(self.crops).index_add_(0, talker, torch.ones_like(talker, dtype=x.dtype)))
        count = float(crops.sum())
        keep = (1.0 - 1.0 / self.memory) ** count
        self.moments.mul_(keep).add_(moments)
        self.sums.mul_(keep).add_(sums)
        self.crops.mul_(keep).add_(crops)
        self.heard += torch.tensor([count, 1.0], device=x.device)
        if float(self.heard[0]) >= self.patience and (int(self.heard[1]) % EVERY == 0 or not bool(self.axes.any())):
            self._look()

    def _look(self) -> None:
        """Map, directions and talkers' means from the sums; in double precision, whatever training runs in."""
        given = len(self.map)
        moments, sums, crops = self.moments.double(), self.sums.double(), self.crops.double()
        total = crops.sum()
        voices = moments[:given, :given] + 1e-3 * total * torch.eye(given, dtype=torch.float64, device=moments.device)
        mapping = torch.linalg.solve(voices, moments[:given, given:])
        left = moments[given:, given:] - mapping.t() @ moments[:given, given:]
        means = (sums[:, given:] - sums[:, :given] @ mapping) / crops.clamp(min=1e-6)[:, None]
        there = crops > 1.0
        between = (means[there] * crops[there, None]).t() @ means[there] / total
        within = (left + left.t()) / (2 * total) - between
        size = within.diagonal().mean().clamp(min=1e-12)
        within = within + SHRINK * size * torch.eye(WIDTH, dtype=torch.float64, device=within.device)
        root = torch.linalg.cholesky(within)
        turned = torch.linalg.solve_triangular(root, between, upper=False)
        turned = torch.linalg.solve_triangular(root, turned.t(), upper=False)
        _, vectors = torch.linalg.eigh((turned + turned.t()) / 2)
        axes = torch.linalg.solve_triangular(root.t(), vectors[:, -self.directions :], upper=True)
        self.map.copy_(mapping)
        self.axes.copy_(axes)
        self.means.copy_(torch.where(there[:, None], means @ axes, torch.zeros((), dtype=torch.float64)))


def _of_all(x: Tensor) -> Tensor:
    """The sum over all processes that train together."""
    if distributed.is_available() and distributed.is_initialized():
        distributed.all_reduce(x)
    return x
