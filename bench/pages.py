"""A run as JSON, PNG and a page that opens offline."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from typing import Any

from core.errors import ConfigError

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #d5dbe3;text-align:left}
img{max-width:100%}small{color:#5b6676}"""


def write(kind: str, found: dict[str, Any], out: Path, command: str) -> list[Path]:
    """Write `KIND.json`, `KIND.png` and `KIND.html` into a folder, each beside and renamed.

    Args:
        kind: compute, latency, soak, load, throughput or compare. found: what that measured.

    Raises:
        ConfigError: the folder cannot be written.
    """
    from bench.pictures import draw

    try:
        out.mkdir(parents=True, exist_ok=True)
        picture = draw(kind, found)
        page = _page(kind, found, base64.b64encode(picture).decode(), command)
        text = json.dumps({"command": command, **found}, indent=1) + "\n"
        files = {".json": text.encode(), ".png": picture, ".html": page.encode()}
        for suffix, content in files.items():
            beside = out / f".{kind}{suffix}.unfinished"
            beside.write_bytes(content)
            beside.replace(out / f"{kind}{suffix}")
    except OSError as error:
        raise ConfigError(f"cannot write to {out}: {error.strerror or error}") from error
    return [out / f"{kind}{suffix}" for suffix in files]


def _page(kind: str, found: dict[str, Any], picture: str, command: str) -> str:
    plain = {key: value for key, value in found.items() if not isinstance(value, dict | list)}
    tables = "".join(
        f"<h2>{html.escape(key.replace('_', ' '))}</h2>{_table(value)}"
        for key, value in found.items()
        if isinstance(value, dict | list) and value and not key.startswith("series")
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Voxveil: {kind}</title>
<style>{STYLE}</style></head><body><h1>Voxveil: {kind}</h1><p><small>{html.escape(command)}</small></p>
<img alt="{kind}" src="data:image/png;base64,{picture}">{_table(plain)}{tables}</body></html>"""


def _table(value: dict[str, Any] | list[Any]) -> str:
    """Rows of plain values, or a row for each entry whose values are tables themselves."""
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    columns = list(dict.fromkeys(key for _, row in items if isinstance(row, dict) for key in row))
    if not columns:
        return "<table>" + "".join(f"<tr><td>{_text(k)}</td><td>{_text(v)}</td></tr>" for k, v in items) + "</table>"
    head = "".join(f"<th>{_text(column)}</th>" for column in ("", *columns))
    body = "".join(
        f"<tr><td>{_text(k)}</td>" + "".join(f"<td>{_text(row.get(c, ''))}</td>" for c in columns) + "</tr>"
        for k, row in ((k, row if isinstance(row, dict) else {columns[0]: row}) for k, row in items)
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{html.escape(str(k))} {_text(v)}" for k, v in value.items())
    return html.escape(f"{value:.4g}" if isinstance(value, float) else str(value).replace("_", " "))
