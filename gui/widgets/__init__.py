"""Widgets: one file each; they show a view model and pass on what the user does."""
