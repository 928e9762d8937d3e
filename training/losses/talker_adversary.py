"""Nobody should be able to tell the talker from what passes the bottleneck."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call

from training.losses.base import Loss, Step, check_talkers

PROSODY = 4


class TalkerAdversary(Loss):
    """Cross-entropy of a classifier of talkers that learns along, while the encoder learns to make it fail.

    The classifier hears the code vectors over the whole crop, and statistics of the talker-normalised melody, which
    passes to the decoder as well. A curve that stays at the entropy of who speaks how often (the logarithm of the
    number of talkers, if all speak alike) means that the encoder wins. Talkers that training does not know do not
    count.

    What works against it, either of:

    - "confusion": the codes move to where the classifier's answer is the talkers' frequencies, whoever speaks (Tzeng et
      al., arXiv 1510.02192);
    - "reversal": the codes move along the classifier's reversed gradient (Ganin and Lempitsky, arXiv 1409.7495). Where
      the encoder is as quick as the classifier, it learns to look like *another* talker rather than like nobody: the
      classifier of the moment fails, and a new one hears everything. The test shows it.

    Args:
        talkers: most talkers that it can tell apart, at least as many as `heard_talkers` has.
        against: "confusion" or "reversal".
        strength: of what works against the classifier, as a factor beside `weight`.
        levels, code_dim: of the code vectors.
        channels: width of the classifier.
        dropout: in the classifier while it learns, so that it learns what talkers are like rather than its crops by
            heart: from a classifier that only knows crops there is nothing to learn about hiding.
    """

    domain = "latent"
    needs = ("latents", "quantized", "talker")

    def __init__(
        self,
        weight: float = 1.0,
        start_epoch: int = 0,
        talkers: int = 256,
        against: Literal["confusion", "reversal"] = "confusion",
        strength: float = 1.0,
        levels: int = 3,
        code_dim: int = 32,
        channels: int = 128,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(weight, start_epoch)
        if strength < 0:
            raise ValueError(f"TalkerAdversary: strength {strength} is negative: it would help the classifier")
        self.talkers, self.against, self.strength = talkers, against, strength
        self.classifier = Classifier(levels * code_dim, talkers, channels, dropout)
        self.register_buffer("seen", torch.zeros(talkers))
        self.seen: Tensor

    def forward(self, step: Step) -> Tensor:
        assert step.latents is not None and step.quantized is not None and step.step_mask is not None
        assert step.talker is not None and step.talker_weight is not None
        known = step.talker[:, 0] >= 0
        if not bool(known.any()):
            return step.latents.sum() * 0.0
        check_talkers(self, step.talker, self.talkers)
        # Straight through: the classifier sees codes, the gradient goes to the latents.
        codes = (step.latents + (step.quantized - step.latents).detach())[known].float().flatten(2)
        mask, prosody = step.step_mask[known], melody(step)[known]
        talker = self._shares(step.talker[known], step.talker_weight[known])
        told = -(talker * self.classifier(codes.detach(), mask, prosody)).sum(1).mean()
        fixed = {name: p.detach() for name, p in self.classifier.named_parameters()}
        answer = functional_call(self.classifier, fixed, (codes, mask, prosody))
        if self.against == "reversal":
            against = (talker * answer).sum(1).mean()
        else:
            against = -(self._frequencies(talker) * answer).sum(1).mean()
        return told + self.strength * (against - against.detach())

    def _shares(self, talker: Tensor, weight: Tensor) -> Tensor:
        """Rows (B, 2) and the weight of the second (B,) to what the classifier should answer, (B, talkers)."""
        shares = torch.zeros(len(talker), self.talkers, device=talker.device)
        shares.scatter_add_(1, talker, torch.stack([1 - weight, weight], dim=1))
        return shares

    def _frequencies(self, shares: Tensor) -> Tensor:
        if self.training and torch.is_grad_enabled():
            self.seen += shares.sum(0)
        total = self.seen + shares.sum(0) * 1e-3
        return total / total.sum()


class Classifier(nn.Module):
    """Codes (B, S, D), mask (B, S) and melody (B, 4) to the logarithms of the talkers' probabilities (B, talkers)."""

    def __init__(self, width: int, talkers: int, channels: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.ear = nn.Sequential(
            nn.Dropout1d(dropout),
            nn.Conv1d(width, channels, 5, padding=2),
            nn.GELU(),
            nn.Conv1d(channels, channels, 5, padding=2),
            nn.GELU(),
        )
        self.verdict = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(2 * channels + PROSODY, channels),
            nn.GELU(),
            nn.Linear(channels, talkers),
        )

    def forward(self, codes: Tensor, mask: Tensor, prosody: Tensor) -> Tensor:
        """Mean and deviation over the frames that count, then the verdict."""
        heard = self.ear(codes.transpose(1, 2)) * mask[:, None]
        count = mask.sum(1)[:, None].clamp(min=1)
        mean = heard.sum(2) / count
        spread = ((heard.square().sum(2) / count - mean.square()).clamp(min=0) + 1e-4).sqrt()
        return torch.log_softmax(self.verdict(torch.cat([mean, spread, prosody], dim=1)), dim=1)


def melody(step: Step) -> Tensor:
    """(B, 4): what a normalised melody says of its talker: share voiced, unrest, and the two ends of its range."""
    if step.f0 is None:
        assert step.latents is not None
        return step.latents.new_zeros(len(step.latents), PROSODY)
    f0 = step.f0.flatten(1)
    voiced = (f0 > 0).float()
    count = voiced.sum(1, keepdim=True).clamp(min=1)
    log_f0 = torch.log(f0.clamp(min=1.0))
    mean = (log_f0 * voiced).sum(1, keepdim=True) / count
    deviation = (((log_f0 - mean).square() * voiced).sum(1, keepdim=True) / count + 1e-3).sqrt()
    z = (log_f0 - mean) / deviation * voiced
    pairs = voiced[:, 1:] * voiced[:, :-1]
    unrest = ((z[:, 1:] - z[:, :-1]).abs() * pairs).sum(1) / pairs.sum(1).clamp(min=1)
    return torch.stack([voiced.mean(1), unrest, z.quantile(0.1, dim=1), z.quantile(0.9, dim=1)], dim=1)
