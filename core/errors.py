"""Errors that a user may see: one line that says what is wrong and what to do."""


class VoxveilError(Exception):
    """Base of all errors meant for the user; its text is shown as it is."""


class BundleError(VoxveilError):
    """A bundle is missing, damaged or of another format version."""


class VoiceError(VoxveilError):
    """No such voice, or a voice that does not fit the bundle."""


class AudioFileError(VoxveilError):
    """An audio file cannot be read or written."""


class DeviceError(VoxveilError):
    """An audio device or server is missing or refuses."""


class ConfigError(VoxveilError):
    """An option or a configuration file is wrong."""
