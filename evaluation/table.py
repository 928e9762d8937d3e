"""The figures as tables in the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.words import TITLES, eer, in_noise, number, span


def show(results: dict[str, Any], console: Console) -> None:
    """Print the figures of `evaluation.run.evaluate`."""
    about, rows = results["about"], results["rows"]
    console.print(f"{about['recordings']} recordings of {about['talkers']} talkers ({about['split'] or 'all'})")
    table = Table("", *rows)
    for key, title in TITLES.items():
        if any(row[key]["count"] for row in rows.values()):
            table.add_row(
                title, *(f"{number(row[key], key)} {span(row[key], key)}".replace("[", "\\[") for row in rows.values())
            )
    console.print(table)
    for title, key, row in in_noise(results["noise"]):
        found = ", ".join(f"{condition} {number(e, key)}" for condition, e in row.items())
        console.print(f"{title}: {found}", highlight=False)
    for key, e in results["similarity"].items():
        console.print(f"similarity {key.replace('_', ' ')}: {number(e, key)}", highlight=False)
    if not results["attacks"]:
        return
    linked = Table("attacker", "equal error rate", "D_sys", "worst protected")
    for name, a in results["attacks"].items():
        worst = f"{a['worst_talker']} {a['worst_eer']:.0f} %"
        linked.add_row(name, eer(a).replace("[", "\\["), f"{a['linkability']:.2f}", worst)
    console.print(linked)
