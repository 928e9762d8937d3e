"""A new voice from minutes of speech: judge the recordings, fit an embedding, perhaps the decoder too."""
