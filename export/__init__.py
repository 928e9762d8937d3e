"""Torch to ONNX: three graphs with packed state, parity checks, and the bundle that the app loads."""
