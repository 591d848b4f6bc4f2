"""The benchmark runs, and says what it should; how fast anything is depends on the machine, and is not asked here.

The part `sdk` is left out: it installs Twilio's Python library, for which it needs a package index.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from support import HOME, ROOT

sys.path.insert(0, str(ROOT / "benches"))

import report  # noqa: E402
import run  # noqa: E402

NAMES = [part.__name__ for part in run.PARTS]
MEASURED = [name for name in NAMES if name != "sdk"]


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("results")
    command = [ROOT / "benches" / "run.sh", "--small", "--results", folder, *MEASURED]
    environment = {**os.environ, "HOME": str(HOME)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: json.loads(Path(folder, f"{name}.json").read_text()) for name in MEASURED}


@pytest.mark.parametrize("name", MEASURED)
def test_a_part_gives_its_figures(results, name):
    result = results[name]
    assert result["figures"] and result["raw"]
    for figure, shown in zip(result["figures"], result["shown"], strict=True):
        assert math.isfinite(figure["reached"])
        assert shown["what"] and shown["reached"]
    for chart in result["charts"]:
        assert all(value > 0 for value in chart["bars"].values()), chart["title"]


def test_what_is_measured_can_be_written_down(results):
    page = report.written(report.PAGE.read_text(), results)
    for result in results.values():
        for shown in result["shown"]:
            assert f"| {shown['what']} | {shown['must']} |" in page
    assert f"{results['cpu']['machine']['cores']} cores" in page
    assert page.count("<!-- end -->") == 3
    assert ElementTree.fromstring(report.plot([chart for result in results.values() for chart in result["charts"]])) is not None


def test_the_page_has_every_part():
    page = report.PAGE.read_text()
    told = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert list(dict.fromkeys(told)) == NAMES
    assert re.findall(r"^- `(\w+)`:", page, re.MULTILINE) == NAMES
