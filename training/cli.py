"""`voxveil train STAGE --config FILE`: Lightning's command line over the stages."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

STAGES = {
    "vocoder": ("training.vocoder_task", "VocoderTask"),
    "partner": ("training.partner_task", "PartnerTask"),
    "ear": ("training.ear_task", "EarTask"),
    "vqvae": ("training.vqvae_task", "VqvaeTask"),
    "joint": ("training.joint_task", "JointTask"),
    "reference": ("training.reference_task", "ReferenceTask"),
    "reference-vocoder": ("training.reference_vocoder_task", "ReferenceVocoderTask"),
}


def main(argv: list[str]) -> int:
    """Run one stage.

    Args:
        argv: the stage's name, then Lightning's options: `--config FILE` (several add up, the last wins),
            `--ckpt_path last` to resume, `--trainer.max_epochs N`, `--data.folder DIR` and so on.

    Returns:
        The exit status: 0, or 2 after one line about what is wrong.

    Raises:
        ConfigError: a configuration file that is missing, or a key or a value that does not belong there (it is named).
    """
    if not argv or argv[0] not in STAGES:
        print(f"voxveil train: say which stage: {', '.join(STAGES)}", file=sys.stderr)
        return 2
    import argparse
    import importlib
    import logging
    import warnings

    import torch
    from lightning.pytorch.callbacks import ModelCheckpoint, TQDMProgressBar

    from core.errors import ConfigError
    from training.callbacks import SeedSteps, Throughput
    from training.datamodule import CropsModule

    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="lightning")
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "0")) or os.cpu_count() or 1)
    module, name = STAGES[argv[0]]
    task = getattr(importlib.import_module(module), name)
    keep = ModelCheckpoint(
        dirpath=None, filename="{epoch}", save_last=True, save_top_k=1, every_n_epochs=1, enable_version_counter=False
    )
    timed = ModelCheckpoint(filename="timed", train_time_interval=timedelta(minutes=5), enable_version_counter=False)
    try:
        _stage_cli()(
            task,
            CropsModule,
            seed_everything_default=1,
            save_config_kwargs={"overwrite": True},
            parser_kwargs={"prog": "voxveil train", "exit_on_error": False, "fit": {"exit_on_error": False}},
            trainer_defaults={
                "default_root_dir": f"runs/{argv[0]}",
                "callbacks": [keep, timed, SeedSteps(), Throughput(), TQDMProgressBar(refresh_rate=10)],
                "reload_dataloaders_every_n_epochs": 1,
                "use_distributed_sampler": False,  # training.epoch_loader shares the items out
                "accelerator": "auto",
                "devices": 1,
                "gradient_clip_val": 1.0,
                "log_every_n_steps": 10,
            },
            args=["fit", *argv[1:]],
        )
    except argparse.ArgumentError as error:
        # jsonargparse says it in several lines: the key first, then what is wrong with it.
        what = " ".join(str(error).split())
        raise ConfigError(f"{what}; `voxveil train {argv[0]} --help` explains") from error
    return 0


def _stage_cli() -> type:
    from lightning.pytorch.cli import LightningCLI

    from core.errors import ConfigError
    from export.checkpoint import newest

    class StageCLI(LightningCLI):
        """Lightning's command line, with two words of our own."""

        def before_instantiate_classes(self) -> None:
            """Several processes, each with its own losses in use: parameters without a gradient are no mistake."""
            trainer = self.config.fit.trainer
            if trainer.strategy == "auto" and (str(trainer.devices) != "1" or trainer.num_nodes > 1):
                trainer.strategy = "ddp_find_unused_parameters_true"

        def before_fit(self) -> None:
            """`--ckpt_path last`: the newest checkpoint of this folder of runs."""
            config: Any = self.config_init.fit
            if config.ckpt_path == "last":
                try:
                    config.ckpt_path = str(newest(Path(self.trainer.default_root_dir)))
                except ConfigError as error:
                    raise ConfigError(f"--ckpt_path last: {error}") from error

    return StageCLI


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
