"""The C programs of `c/`, each with its expected output beside it: run as they are, and under valgrind.

A program is given a connection string. To add one, write `c/NAME.c` and `c/NAME.out`. Those of `c/direct/` are linked with
the driver instead of the driver manager.

`SANITIZER=address` compiles the programs with that sanitizer; see sanitize.sh.
"""

import os
import subprocess
from pathlib import Path

import pytest

from support import LIBRARY, account

FOLDER = Path(__file__).parent / "c"
PROGRAMS = sorted(str(source.relative_to(FOLDER).with_suffix("")) for source in FOLDER.rglob("*.c"))
SANITIZER = os.environ.get("SANITIZER")

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
            program.parent.mkdir(exist_ok=True)
            libraries = [LIBRARY, f"-Wl,-rpath,{LIBRARY.parent}"] if name.startswith("direct/") else ["-lodbc"]
            sanitizer = [f"-fsanitize={SANITIZER}", "-fno-omit-frame-pointer"] if SANITIZER else []
            command = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-g", "-Wall", "-Wextra", "-Werror", *sanitizer, "-o", program,
                       FOLDER / f"{name}.c", *libraries, "-lpthread"]  # fmt: skip
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
