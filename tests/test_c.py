"""The C programs of `c/`, each with its expected output beside it: run as they are, and under valgrind.

A program is given a connection string. To add one, write `c/NAME.c` and `c/NAME.out`.
"""

import subprocess
from pathlib import Path

import pytest

from support import account

FOLDER = Path(__file__).parent / "c"
PROGRAMS = sorted(source.stem for source in FOLDER.glob("*.c"))

VALGRIND = [
    # Threads take turns: else one that computes can keep the one that cancels it from running for long.
    "valgrind", "--fair-sched=yes", "--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite",
    "--errors-for-leak-kinds=definite", f"--suppressions={FOLDER / 'valgrind.supp'}",
]  # fmt: skip


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compiles a program once for all its tests."""
    made: dict[str, Path] = {}
    folder = tmp_path_factory.mktemp("c")

    def compile(name: str) -> Path:
        if name not in made:
            program = folder / name
            command = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-g", "-Wall", "-Wextra", "-Werror", "-o", program,
                       FOLDER / f"{name}.c", "-lodbc", "-lpthread"]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            made[name] = program
        return made[name]

    return compile


def run(command: list[object], url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, account(url)], capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_it_should(compiled, sim, name):
    done = run([compiled(name)], sim.url)
    assert done.stdout.splitlines() == (FOLDER / f"{name}.out").read_text().splitlines(), done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_clean_under_valgrind(compiled, sim, name):
    done = run([*VALGRIND, compiled(name)], sim.url)
    assert done.returncode == 0, done.stderr[-5000:]
    assert done.stdout.splitlines() == (FOLDER / f"{name}.out").read_text().splitlines()


def test_there_are_programs():
    assert len(PROGRAMS) >= 12
