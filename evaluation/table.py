"""The figures as tables in the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.report import TITLES


def show(results: dict[str, Any], console: Console) -> None:
    """Print the figures of `evaluation.run.evaluate`."""
    about = results["about"]
    console.print(f"{about['recordings']} recordings of {about['talkers']} talkers ({about['split'] or 'all'})")
    table = Table("", *results["rows"])
    for key, title in TITLES.items():
        table.add_row(title, *(_text(row[key]) for row in results["rows"].values()))
    console.print(table)
    for key, e in results["similarity"].items():
        console.print(f"similarity {key.replace('_', ' ')}: {_text(e)}", highlight=False)
    for name, a in results["attacks"].items():
        console.print(
            f"equal error rate, {name}: {a['eer']:.1f} % [{a['low']:.1f}, {a['high']:.1f}], "
            f"D_sys {a['linkability']:.2f}, worst {a['worst_talker']} {a['worst_eer']:.0f} %",
            highlight=False,
        )


def _text(e: dict[str, Any]) -> str:
    return "-" if not e["count"] else f"{e['value']:.3f} \\[{e['low']:.3f}, {e['high']:.3f}]"
