"""`voxveil devices`: what can be listened to and spoken into."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtime.devices import Device

HELP = "list microphones and outputs, with their rates"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to show them."""
    parser.add_argument("--monitors", action="store_true", help="also the inputs that hear what an output plays")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Show the devices."""
    from realtime.devices import list_devices

    found = list_devices(args.monitors)
    if args.json:
        print(json.dumps([device.to_dict() for device in found], indent=2))
    elif found:
        _show(found)
    else:
        print("There is no audio device; `voxveil live --file IN --write OUT` works without.")
    return 0


def _show(found: list[Device]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("kind", "name", "id", "rate", "channels", "by"):
        table.add_column(heading, overflow="fold")
    for device in found:
        marks = [text for on, text in ((device.is_default, "default"), (device.is_virtual_mic, "virtual mic")) if on]
        table.add_row(
            device.kind,
            device.name + (f" ({', '.join(marks)})" if marks else ""),
            device.id,
            ", ".join(str(rate) for rate in device.rates),
            str(device.channels),
            device.host_api,
        )
    Console().print(table)
    print("Give a name or an id to `voxveil live --input … --output …`.")
