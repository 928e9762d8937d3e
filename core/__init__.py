"""What every part shares: audio numbers, bundle, voices, errors, audio files (no torch, no onnxruntime)."""
