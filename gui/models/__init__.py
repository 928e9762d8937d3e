"""View models: what the window shows and does, without widgets."""
