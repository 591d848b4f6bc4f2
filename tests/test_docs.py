"""Runs the examples of the README and of docs/: whoever copies one gets an answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import support
from support import ROOT

TABLES = ROOT / "docs" / "tables"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Rendered from the model. Each page of a table has examples.
RENDERED = sorted(TABLES.rglob("*.md"))
PAGES_OF_TABLES = [page for page in sorted(TABLES.glob("*.md")) if page.stem not in ("README", "procedures")]


def fenced(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[object]:
    found = []
    for page in [*PAGES, TABLES / "procedures.md"]:
        examples = enumerate(fenced(page, language), 1)
        found += [pytest.param(block, id=f"{page.stem}-{number}") for number, block in examples]
    return found


@pytest.mark.parametrize("sql", blocks("sql"))
def test_a_statement_runs(cursor, sql):
    cursor.execute(sql)
    if cursor.description:
        assert cursor.fetchall()
    else:
        assert cursor.rowcount > 0


@pytest.mark.parametrize("page", PAGES_OF_TABLES, ids=lambda page: page.stem)
def test_the_examples_of_a_table_run(page, generic, connect):
    """The SIDs in them are nobody's, so that not every one has rows; one at least has."""
    cursor = connect(support.account(generic.url + "/{product}")).cursor()
    examples = fenced(page, "sql")
    assert len(examples) >= 3
    assert any([cursor.execute(sql).fetchall() for sql in examples])


@pytest.mark.parametrize("program", blocks("python"))
def test_a_program_prints_rows(sim, capsys, program):
    exec(compile(program, "example", "exec"), {})
    assert capsys.readouterr().out.count("\n") > 1


def test_there_are_examples():
    assert len(blocks("sql")) > 8
    assert len(blocks("python")) > 1
    assert len(PAGES_OF_TABLES) >= 5


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [*PAGES, *RENDERED], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    for target, anchor in set(re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", page.read_text())):
        leads_to = page.parent / target if target else page
        assert leads_to.exists(), target
        if anchor:
            assert anchor in anchors(leads_to), f"{target}#{anchor}"
