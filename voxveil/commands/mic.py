"""`voxveil mic create|status|remove`: the virtual microphone that call programs choose."""

from __future__ import annotations

import argparse
import sys

HELP = "make, look for or remove the virtual microphone “Voxveil”"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="create|status|remove")
    actions.add_parser("create", help="make it; it stays until `voxveil mic remove` or the end of the audio server")
    actions.add_parser("status", help="whether it is there, and who made it")
    actions.add_parser("remove", help="take it away")


def run(args: argparse.Namespace) -> int:
    """Do the action; `status` gives 0 when there is a virtual microphone, else 1."""
    if sys.platform != "linux":
        return _elsewhere(args.action)
    from realtime import virtual_mic

    if args.action == "create":
        made = virtual_mic.create()
        print("The microphone “Voxveil” is there." if made else "The microphone “Voxveil” was there already.")
    elif args.action == "remove":
        removed = virtual_mic.remove()
        print("The microphone “Voxveil” is gone." if removed else "There was no virtual microphone.")
    else:
        seen = virtual_mic.status()
        print(seen.text)
        return 0 if seen.present else 1
    return 0


def _elsewhere(action: str) -> int:
    """Windows and macOS: virtual cables are made by others."""
    from core.errors import DeviceError
    from realtime import virtual_mic
    from realtime.devices import list_devices

    outputs = [device.name for device in list_devices() if device.kind == "output"]
    advice = virtual_mic.advice(outputs)
    if action != "status":
        raise DeviceError(f"Voxveil cannot {action} a virtual microphone on this system. {advice}")
    print(advice)
    return 0 if virtual_mic.find_cable(outputs) else 1
