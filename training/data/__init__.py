"""Corpora: one layout a file, and the prepared folder that training reads."""
