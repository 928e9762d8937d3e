"""Training: data, losses, Lightning tasks and commands."""
