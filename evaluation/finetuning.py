"""The semi-informed attacker's network: the second verifier, trained on with anonymized speech of other people."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import track
from torch import nn

from evaluation.tdnn import Tdnn, TdnnVerifier, save
from evaluation.verifier_training import AngularMargin, Bands, draw

STEPS, RATE = 240, 1e-3


def fine_tuned(
    verifier: TdnnVerifier, lessons: dict[str, list[Bands]], folder: Path, console: Console, steps: int = STEPS
) -> TdnnVerifier:
    """A copy of the verifier that learned to tell the talkers of `lessons` apart, all its weights free.

    Args:
        lessons: features of anonymized utterances by talker; nobody of them may stand in enrolment or trial.
        folder: where the weights are kept, so that it is done once for each set of lessons.
    """
    content = hashlib.sha256(f"{verifier.name} {steps} {RATE}".encode())
    for talker, utterances in sorted(lessons.items()):
        content.update(talker.encode())
        for utterance in utterances:
            content.update(np.ascontiguousarray(utterance).tobytes())
    kept = folder / f"{content.hexdigest()[:24]}.safetensors"
    if not kept.is_file():
        save(_train(verifier, list(lessons.values()), steps, console), {"steps": steps}, kept)
    return TdnnVerifier.load(kept)


def _train(verifier: TdnnVerifier, groups: list[list[Bands]], steps: int, console: Console) -> Tdnn:
    torch.manual_seed(0)
    network, head = copy.deepcopy(verifier.network).train(), AngularMargin(len(groups))
    parameters = [*network.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": network.parameters(), "lr": RATE}, {"params": head.parameters(), "lr": 10 * RATE}],
        weight_decay=0.02,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [RATE, 10 * RATE], total_steps=steps, pct_start=0.2)
    crops = draw(groups, 0, np.random.default_rng(0))
    for _ in track(range(steps), description="attacker learns", console=console, transient=True):
        spectra, talkers = next(crops)
        loss = head(network(spectra), talkers)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        schedule.step()
    return network
