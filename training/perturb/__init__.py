"""What is done to the encoder's input in training, so that it survives real rooms and microphones."""
