"""What a training run left in its folder: the newest checkpoint, and the last values of its curves."""

from __future__ import annotations

from pathlib import Path


def newest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint in `folder` with the most steps behind it, None if there is none."""
    found = sorted(folder.rglob("*.ckpt"), key=lambda path: path.stat().st_mtime)
    return max(reversed(found), key=steps_of) if found else None


def last_values(folder: Path) -> dict[str, float]:
    """The last value of each curve under val/ in the run's log, without that prefix."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    values: dict[str, float] = {}
    logs = sorted({path.parent for path in folder.rglob("events.out.tfevents.*")}, key=lambda p: p.stat().st_mtime)
    for log in logs:
        events = EventAccumulator(str(log))
        events.Reload()
        for tag in events.Tags()["scalars"]:
            if tag.startswith("val/"):
                values[tag.removeprefix("val/")] = float(events.Scalars(tag)[-1].value)
    return values


def steps_of(checkpoint: Path) -> int:
    """Optimiser steps behind a checkpoint."""
    import torch

    return int(torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)["global_step"])
