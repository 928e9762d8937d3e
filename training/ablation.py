"""Ablation: one training run per configuration, all with the same code, data, seed and number of steps.

A run is a chain of configuration files, of which the last states only its difference. What a part appends to the list
of losses (`losses+:`) also goes into the run `all`; a part that changes something else stands for itself.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from core.errors import ConfigError
from training.ablation_record import last_values, newest_checkpoint, steps_of
from training.ablation_start import common_start, content
from training.stage import lacking

CONFIGS = Path(__file__).parent.parent / "configs"
VANILLA, ALL = "vanilla", "all"
DONE, BEGUN = "run.json", "begun"

BASES = {
    "live": ("vqvae", (CONFIGS / "vqvae.yaml", CONFIGS / "ablation" / "base" / "live.yaml")),
    "shipped": ("vqvae", (CONFIGS / "vqvae.yaml",)),
    "reference": ("reference", (CONFIGS / "reference.yaml",)),
}
"""What parts are added to: stage and configuration files. `live` is vanilla, `shipped` what the bundle is made by."""


@dataclass(frozen=True)
class Run:
    """One training run.

    Attributes:
        name: of the row in the table.
        configs: files, each stating its difference from those before it.
    """

    name: str
    configs: tuple[Path, ...]


@dataclass(frozen=True)
class Plan:
    """What to train.

    Attributes:
        base: a key of BASES. size: "small" or "full", a file under configs/ablation/size.
        parts: configuration files, one run each; their names are the runs'.
        prepared: the folder of training data. out: one folder per run is made there.
        steps: optimiser steps of every run.
        vocoder: checkpoint of a vocoder, or a bundle: losses on sound need it; None for none.
        ear: checkpoint of stage ear, whose content network all runs begin with; None to let it learn from nothing.
        partner: checkpoint of stage partner, or the folder of its runs, that gives real speech a wanted side; None
            for none.
        extra: further configuration files for all runs.
        only: names of runs to train; empty for all of them.
        paths: files that some losses need, by the part's name.
    """

    base: str
    parts: tuple[Path, ...]
    prepared: Path
    out: Path
    steps: int
    size: str = "small"
    vocoder: Path | None = None
    ear: Path | None = None
    partner: Path | None = None
    extra: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    paths: dict[str, Path] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        """The stage of `voxveil train`."""
        return BASES[self.base][0]


def planned(plan: Plan, left_out: dict[str, str] | None = None) -> list[Run]:
    """The runs: vanilla, each part alone, and all parts that add a loss, less those that were left out.

    Raises:
        ConfigError: a file is missing or is no mapping, or `only` names no run.
    """
    base = (*BASES[plan.base][1], CONFIGS / "ablation" / "size" / f"{plan.size}_{plan.stage}.yaml", *plan.extra)
    for path in (*base, *plan.parts):
        _read(path)
    kept = [part for part in plan.parts if part.stem not in (left_out or {})]
    adding = tuple(_with_path(part, plan) for part in kept if _adds_losses(part))
    runs = [Run(VANILLA, base), *(Run(part.stem, (*base, _with_path(part, plan))) for part in kept)]
    if len(adding) > 1:
        runs.append(Run(ALL, (*base, *adding)))
    names = {VANILLA, ALL, *(part.stem for part in plan.parts)}
    unknown = [name for name in plan.only if name not in names]
    if unknown:
        raise ConfigError(f"no run is called '{unknown[0]}'; there are: {', '.join(sorted(names))}")
    return [run for run in runs if not plan.only or run.name in plan.only]


def missing(plan: Plan) -> dict[str, str]:
    """Why some parts cannot be trained here, by name: their network is not on this machine, or the base lacks a head.

    A wrong key or class is none of these; training names it.
    """
    found = {}
    for part in plan.parts:
        for loss in _added(_read(_with_path(part, plan))):
            module, _, name = str(loss.get("class_path")).rpartition(".")
            try:
                made = getattr(importlib.import_module(module), name)(**loss.get("init_args", {}))
            except ConfigError as error:
                found[part.stem] = str(error)
                continue
            except (ImportError, AttributeError, TypeError, ValueError):
                continue
            if why := lacking(plan.stage, made):
                found[part.stem] = why
            elif made.domain == "wave" and plan.vocoder is None:
                found[part.stem] = f"{name} compares sound: give --vocoder"
    return found


def train(plan: Plan, console: Console | None = None) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Train what is not trained yet; a stopped run goes on from its last checkpoint.

    Returns:
        What each run's run.json says, and what `missing` says.

    Raises:
        ConfigError: a configuration is wrong, or a run in `plan.out` was trained by another one.
    """
    console = console or Console(stderr=True)
    plan.out.mkdir(parents=True, exist_ok=True)
    left_out = missing(plan)
    for name, why in left_out.items():
        console.print(f"{name}: left out: {why}", highlight=False)
    (plan.out / "left_out.json").write_text(json.dumps(left_out, indent=1) + "\n", "utf8")
    return [train_one(plan, run, console) for run in planned(plan, left_out)], left_out


def train_one(plan: Plan, run: Run, console: Console) -> dict[str, Any]:
    """Train one run, or read what it said when it was trained."""
    from training.cli import main

    folder = plan.out / run.name
    digest = _digest(plan, run)
    if (folder / DONE).is_file():
        record: dict[str, Any] = json.loads((folder / DONE).read_text("utf8"))
        if record["digest"] != digest:
            raise ConfigError(f"{folder} was trained by another configuration; name another --out, or remove it")
        console.print(f"{run.name}: trained already", highlight=False)
        return record
    epochs, per_epoch = _epochs(run, plan.steps)
    words = [word for path in run.configs for word in ("--config", str(path))]
    words += ["--data.folder", str(plan.prepared), "--data.steps_per_epoch", str(per_epoch)]
    words += ["--trainer.max_epochs", str(epochs), "--trainer.default_root_dir", str(folder)]
    if plan.vocoder is not None and plan.stage == "vqvae":
        words += ["--model.start_from", str(common_start(plan.vocoder, plan.ear, plan.out))]
    elif plan.vocoder is not None:
        words += ["--model.vocoder", str(plan.vocoder)]
    if plan.partner is not None:
        words += ["--data.rows", "true", "--model.partner", str(plan.partner)]
    before = newest_checkpoint(folder)
    begun = folder / BEGUN
    if before is not None:
        if not begun.is_file() or begun.read_text("utf8") != digest:
            raise ConfigError(f"{folder} was begun by another configuration; name another --out, or remove it")
        words += ["--ckpt_path", str(before)]
    folder.mkdir(parents=True, exist_ok=True)
    begun.write_text(digest, "utf8")
    console.print(f"{run.name}: {epochs * per_epoch} steps" + (", going on" if before else ""), highlight=False)
    begin = time.monotonic()
    main([plan.stage, *words])
    checkpoint = newest_checkpoint(folder)
    if checkpoint is None or steps_of(checkpoint) < epochs * per_epoch:
        raise KeyboardInterrupt  # Lightning ends an interrupted run as if it were finished
    record = {
        "name": run.name,
        "digest": digest,
        "configs": [str(path.name) for path in run.configs],
        "steps": epochs * per_epoch,
        "minutes": round((time.monotonic() - begin) / 60, 2),
        "checkpoint": str(checkpoint.relative_to(plan.out)),
        "validation": last_values(folder),
    }
    (folder / "unfinished.json").write_text(json.dumps(record, indent=1) + "\n", "utf8")
    (folder / "unfinished.json").rename(folder / DONE)
    return record


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigError(f"{path}: no such configuration")
    try:
        config = yaml.safe_load(path.read_text("utf8"))
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{path} holds no configuration (a mapping of keys to values)")
    return config


def _added(config: dict[str, Any]) -> list[dict[str, Any]]:
    model = config.get("model") or {}
    return model.get("losses+") or []


def _adds_losses(part: Path) -> bool:
    return bool(_added(_read(part)))


def _with_path(part: Path, plan: Plan) -> Path:
    """The part, or a copy of it in `plan.out` with the user's file filled in."""
    if part.stem not in plan.paths:
        return part
    config = _read(part)
    for loss in _added(config):
        loss.setdefault("init_args", {})["path"] = str(plan.paths[part.stem])
    plan.out.mkdir(parents=True, exist_ok=True)
    copy = plan.out / part.name
    copy.write_text(yaml.safe_dump(config), "utf8")
    return copy


def _epochs(run: Run, steps: int) -> tuple[int, int]:
    """Epochs and steps per epoch that make up `steps`, in whole epochs of the configured length."""
    per_epoch = 100
    for path in run.configs:
        per_epoch = (_read(path).get("data") or {}).get("steps_per_epoch", per_epoch)
    per_epoch = min(per_epoch, steps)
    return -(-steps // per_epoch), per_epoch


def _digest(plan: Plan, run: Run) -> str:
    """What makes two runs the same: the configurations' content, the steps, the data's index, what they begin with."""
    index = plan.prepared / "index.jsonl"
    if not index.is_file():
        raise ConfigError(f"{plan.prepared} is not a prepared corpus (no index.jsonl); run: voxveil data prepare")
    begun = [content(path) if path else "" for path in (plan.vocoder, plan.ear, plan.partner)]
    said = [*(_read(path) for path in run.configs), plan.steps, *begun]
    text = json.dumps(said, sort_keys=True) + hashlib.sha256(index.read_bytes()).hexdigest()
    return hashlib.sha256(text.encode()).hexdigest()[:16]
