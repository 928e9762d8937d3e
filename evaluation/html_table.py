"""A table as HTML, for pages."""

from __future__ import annotations


def html_table(head: list[str], lines: list[list[str]]) -> str:
    """The cells are HTML already."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
    return f"<table><tr>{top}</tr>{body}</table>"
