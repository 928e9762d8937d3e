"""The subcommands, one file each: `HELP`, `add_arguments(parser)` and `run(args) -> exit status`.

A module that sets `PASS_THROUGH = True` gets the words after its name unparsed, as `args.rest`.
"""

NAMES: tuple[str, ...] = (
    "run",
    "app",
    "play",
    "live",
    "devices",
    "mic",
    "doctor",
    "file",
    "voices",
    "add_voice",
    "data",
    "train",
    "ablate",
    "export",
    "evaluate",
    "bench",
)
"""In the order of the help; a dash in the command is an underscore in the file's name."""
