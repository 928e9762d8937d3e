"""The audio numbers that every part agrees on."""

SAMPLE_RATE = 24_000
"""Samples a second between all parts."""
HOP = 240
"""Samples of one frame (10 ms)."""
FRAMES = 2
"""Frames in one block."""
BLOCK = HOP * FRAMES
"""Samples of one block (20 ms): what the graphs take and give at a time."""
MELS = 80
"""Bands of the log-mel between decoder and vocoder."""
HEARD_HZ = 8000
"""What lies above, the encoder does not look at."""
