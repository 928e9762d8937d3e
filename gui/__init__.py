"""The desktop app: a client of `realtime.engine.Engine` (no torch and no onnxruntime in this process)."""
