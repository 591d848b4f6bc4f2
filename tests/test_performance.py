"""Bounds of what the driver takes of the processor, measured by `benches/cpu.c` through the driver manager.

The least of several times counts, because the machine may have other things to do, which costs CPU time too. An unoptimised
build, told by cargo's variable, may take five times as long.
"""

import os
import subprocess

import pytest

from support import ROOT, account

REPETITIONS = 10
SLACK = 5 if os.environ.get("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3") in "01" else 1


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    program = tmp_path_factory.mktemp("benches") / "cpu"
    flags = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["gcc", *flags, "-o", program, ROOT / "benches" / "cpu.c", "-lodbc"], check=True)
    return program


def test_connecting_listing_and_preparing_take_little_time(program, sim):
    command = [program, account(sim.url), str(REPETITIONS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    least = {name: float(time) for name, _, time, *_ in (line.split("\t") for line in done.stdout.splitlines())}
    assert least["connect, SQLTables, disconnect"] < 30 * SLACK
    prepared = {name: time for name, time in least.items() if name.startswith("SQLPrepare")}
    assert len(prepared) == 4
    for name, time in prepared.items():
        assert time < 1 * SLACK, name
