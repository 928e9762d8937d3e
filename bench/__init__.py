"""Measuring commands: time per block, delay through the live chain."""
