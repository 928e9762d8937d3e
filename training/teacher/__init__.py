"""A phoneme teacher for speech without labels: a recogniser's features, a small probe, and the known words."""
