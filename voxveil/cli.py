"""The command line: finds the subcommand, runs it, and turns errors into one line and exit status 2."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from core.errors import VoxveilError
from voxveil.commands import NAMES

WRONG, INTERRUPTED = 2, 130
DEFAULT = "run"


class OneLineParser(argparse.ArgumentParser):
    """An ArgumentParser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where the help is, and leave with status 2."""
        self.exit(WRONG, f"{self.prog}: {message}; `{self.prog} --help` explains\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `voxveil` with these words (default: the process's own).

    Returns:
        The exit status: 0 when all went well, 2 after a message about wrong input, 130 when interrupted.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        words = [DEFAULT]
    try:
        return _dispatch(words)
    except VoxveilError as error:
        print(f"voxveil: {error}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("voxveil: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; point it elsewhere so that the interpreter's last flush stays quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _dispatch(words: list[str]) -> int:
    commands = {name.replace("_", "-"): name for name in NAMES}
    if words[0] in commands:
        module = _load(commands[words[0]])
        if getattr(module, "PASS_THROUGH", False):
            return int(module.run(argparse.Namespace(rest=words[1:])))
        parser = OneLineParser(prog=f"voxveil {words[0]}", description=module.HELP)
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(words[1:])))
    return _front(words, commands)


def _front(words: list[str], commands: dict[str, str]) -> int:
    """No subcommand was named: help, version, or a word that is none."""
    if words[0] in ("-h", "--help", "help"):
        width = max(map(len, commands))
        print(
            "usage: voxveil [COMMAND] [OPTIONS]\n\nVoxveil: your words in the voice of a person who does not exist.\n"
        )
        print("commands (each has its own --help; with none, `run`):")
        for command, name in commands.items():
            print(f"  {command:{width}}  {_load(name).HELP}")
        return 0
    if words[0] in ("-V", "--version"):
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"voxveil {version('voxveil')}")
        except PackageNotFoundError:
            print("voxveil (not installed: running from a folder)")
        return 0
    print(f"voxveil: no command is called '{words[0]}'; there are: {', '.join(commands)}", file=sys.stderr)
    return WRONG


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"voxveil.commands.{name}")


if __name__ == "__main__":
    raise SystemExit(main())
