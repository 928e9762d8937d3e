"""What the app needs from the machine: one instance, child processes, folders, sound of a finished file."""
