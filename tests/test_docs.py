"""Runs the examples of the README and of docs/: whoever copies one gets an answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[object]:
    found = []
    for page in PAGES:
        fenced = re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
        found += [pytest.param(block, id=f"{page.stem}-{number}") for number, block in enumerate(fenced, 1)]
    return found


@pytest.mark.parametrize("sql", blocks("sql"))
def test_a_statement_runs(cursor, sql):
    cursor.execute(sql)
    if cursor.description:
        assert cursor.fetchall()
    else:
        assert cursor.rowcount > 0


@pytest.mark.parametrize("program", blocks("python"))
def test_a_program_prints_rows(sim, capsys, program):
    exec(compile(program, "example", "exec"), {})
    assert capsys.readouterr().out.count("\n") > 1


def test_there_are_examples():
    assert len(blocks("sql")) > 8
    assert len(blocks("python")) > 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
