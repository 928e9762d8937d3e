"""Microphone to virtual microphone in real time: numpy, onnxruntime and sounddevice, never torch."""
