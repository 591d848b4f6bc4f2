#!/usr/bin/env python3
"""Draws the quickstart's output as docs/quickstart.svg.

    ./installer/quickstart.sh | ./docs/picture.py > docs/quickstart.svg
"""

import sys
import unicodedata
from html import escape

CHARACTER, LINE, MARGIN = 7.2, 17, 14
STATEMENT, RULE, TEXT = "#8fd3ff", "#6b7785", "#d7dde4"


def places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("   ")
        lines[-1] += word + " "
    return [line.rstrip() for line in lines]


def main() -> None:
    shown = [line.rstrip("\n") for line in sys.stdin]
    first = next(i for i, line in enumerate(shown) if line.startswith("SELECT"))
    last = max(i for i, line in enumerate(shown) if line.endswith("rows)"))
    shown = ["$ ./installer/quickstart.sh", ""] + shown[first : last + 1]
    width = max(places(line) for line in shown if not line.startswith("SELECT"))
    lines = [part for line in shown for part in (wrapped(line, width) if line.startswith("SELECT") else [line])]
    size = (width * CHARACTER + 2 * MARGIN, len(lines) * LINE + 2 * MARGIN)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]:.0f}" height="{size[1]:.0f}">')
    print('<rect width="100%" height="100%" rx="8" fill="#14191f"/>')
    print('<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="12" xml:space="preserve">')
    in_statement = False
    corners: list[int] = []
    for number, line in enumerate(lines):
        in_statement = line.startswith("SELECT") or (in_statement and line.startswith("   "))
        colour = STATEMENT if in_statement or line.startswith("$") else RULE if line.startswith(("+", "(")) else TEXT
        y = MARGIN + (number + 0.8) * LINE
        if line.startswith("+"):
            corners = [place for place, sign in enumerate(line) if sign == "+"]
        # Each cell stands under the rule's corner, so that a font's wider characters move nothing behind them.
        cells = list(zip(corners, line.split("|")[1:])) if line.startswith("|") else [(0, line)]
        for x, cell in cells:
            text = f"|{cell}" if line.startswith("|") else cell
            if text.strip():
                print(f'<text x="{MARGIN + x * CHARACTER:.1f}" y="{y:.1f}" fill="{colour}">{escape(text.rstrip())}</text>')
    print("</g></svg>")


main()
