"""Frozen networks that losses listen through: how they are found, read, and, for the project's own, trained."""
