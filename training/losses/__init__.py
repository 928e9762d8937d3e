"""Losses: one file each, one interface (`training.losses.base`)."""
