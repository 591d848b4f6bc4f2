"""Writes what was measured into docs/performance.md, and draws docs/performance.svg."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, PLOT = DOCS / "performance.md", DOCS / "performance.svg"

WIDTH, LABELS, BAR, GAP, MARGIN = 760, 300, 16, 6, 14
OTHER, DRIVER, TEXT, PAPER = "#9aa7b4", "#d61f3a", "#20262d", "#ffffff"


def table(rows: list[list[str]]) -> str:
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def figures(results: dict[str, dict[str, Any]]) -> str:
    rows = [["part", "what", "must be", "is"]]
    for part, result in results.items():
        for one in result["shown"]:
            rows.append(
                [f"`{part}`", one["what"], one["must"], f"**{one['reached']}, missed**" if one["missed"] else one["reached"]]
            )
    return table(rows)


def machine(results: dict[str, dict[str, Any]]) -> str:
    """What all parts were measured on."""
    (one,) = {tuple(result["machine"].items()) for result in results.values()}
    facts = dict(one)
    return f"Measured on {facts['cores']} cores of {facts['processor']}, {facts['system']}, {facts['build']}."


def written(page: str, results: dict[str, dict[str, Any]]) -> str:
    """The page with its tables anew. They stand between markers."""
    for name, text in [("machine", machine(results)), ("figures", figures(results)), ("cpu", table(results["cpu"]["table"]))]:
        section = re.compile(rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)")
        page, count = section.subn(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page)
        assert count == 1, name
    return page


def write(folder: Path, parts: list[str]) -> None:
    """Writes page and plot from the raw numbers of all parts."""
    files = {part: folder / f"{part}.json" for part in parts}
    if missing := [part for part, file in files.items() if not file.exists()]:
        raise SystemExit(f"Nothing is written into docs before these are measured too: {' '.join(missing)}")
    results = {part: json.loads(file.read_text()) for part, file in files.items()}
    PAGE.write_text(written(PAGE.read_text(), results))
    PLOT.write_text(plot([chart for result in results.values() for chart in result["charts"]]))


def plot(charts: list[dict[str, Any]]) -> str:
    """Bars in groups, each group with its own scale."""
    drawn, y = [], MARGIN
    for chart in charts:
        y += BAR
        drawn.append(f'<text x="{MARGIN}" y="{y}" font-weight="bold">{escape(chart["title"])}</text>')
        y += GAP * 2
        most = max(chart["bars"].values())
        room = WIDTH - LABELS - 2 * MARGIN - 90
        for label, value in chart["bars"].items():
            width = max(value / most * room, 1)
            colour = OTHER if is_other(label) else DRIVER
            middle = y + BAR - 4
            shown = f"{value:,.{chart['digits']}f}{chart['unit']}"
            drawn.append(f'<text x="{LABELS}" y="{middle}" text-anchor="end">{escape(label)}</text>')
            drawn.append(f'<rect x="{LABELS + GAP}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>')
            drawn.append(f'<text x="{LABELS + width + 2 * GAP:.1f}" y="{middle}">{shown}</text>')
            y += BAR + GAP
        y += BAR
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" font-family="sans-serif" font-size="12" fill="{TEXT}">'
    return "\n".join([head, f'<rect width="100%" height="100%" fill="{PAPER}"/>', *drawn, "</svg>\n"])


def is_other(label: str) -> bool:
    """Whether a bar is not the driver's best, but what it is compared with."""
    return not label.startswith(("driver", "MaxConcurrency", "the whole list", "a span of time"))
