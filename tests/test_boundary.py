"""What no application should do at the C interface ends in a return code, never in a crash or a wait without end.

`FUZZ_TIMES=100` makes the random calls a hundred times as many. To repeat a failure: the command in its message.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import boundary
from support import LIBRARY

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))


def run(tmp_path: Path, *arguments: str, seconds: int) -> str:
    program = Path(__file__).parent / "boundary.py"
    command = [sys.executable, str(program), *arguments]
    calls = tmp_path / "calls"
    with calls.open("w") as log:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, timeout=seconds)
    assert done.returncode == 0, f"{' '.join(command)}\n" + "".join(calls.read_text().splitlines(keepends=True)[-25:])
    return done.stdout


def test_every_argument_of_every_function_may_be_wrong(sim, tmp_path):
    assert int(run(tmp_path, "each", sim.url, seconds=240)) > 2000


@pytest.mark.parametrize("seed", range(4))
def test_random_calls_in_any_order(sim, tmp_path, seed):
    run(tmp_path, "fuzz", sim.url, str(seed), str(1500 * TIMES), seconds=120 * TIMES)


def test_the_functions_are_those_that_the_library_exports():
    listed = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True, text=True, check=True).stdout
    exports = {line.split()[-1].split("@")[0] for line in listed.splitlines()}
    assert {function.name for function in boundary.functions()} == exports
