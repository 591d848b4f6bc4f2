#!/usr/bin/env python3
"""Makes docs/libreoffice.png: messages of the simulated account in a LibreOffice Calc sheet.

    cargo build --release && ./docs/sheet.py

Needs what tests/test_libreoffice.py needs, pdftoppm (poppler-utils), and fonts (fonts-liberation2, fonts-symbola for emoji).
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
TESTS = DOCS.parent / "tests"
sys.path.insert(0, str(TESTS))

from support import ACCOUNT, LIBRARY, TOKEN, Simulator  # noqa: E402

SQL = """
SELECT "To", Body, DateSent, Price, PriceUnit, ErrorMessage FROM Messages
WHERE DateSent BETWEEN {d '2023-12-01'} AND {d '2024-03-15'} ORDER BY DateSent DESC
"""


def main() -> None:
    simulator = Simulator()
    try:
        with tempfile.TemporaryDirectory() as folder:
            source = {"Driver": LIBRARY, "AccountSid": ACCOUNT, "AuthToken": TOKEN, "BaseUrl": simulator.url}
            lines = "".join(f"{key}={value}\n" for key, value in source.items())
            settings = Path(folder, "odbc.ini")
            settings.write_text(f"[Twilio]\n{lines}")
            sheet, page = Path(folder, "sheet.ods"), Path(folder, "sheet.pdf")
            script = DOCS / "examples" / "libreoffice_sheet.py"
            subprocess.run(
                ["/usr/bin/python3", script, "Twilio", SQL, sheet, page],
                check=True, stdout=subprocess.DEVNULL, env={**os.environ, "ODBCINI": str(settings)},
            )  # fmt: skip
            picture = ["pdftoppm", "-r", "96", "-png", "-singlefile", page, DOCS / "libreoffice"]
            subprocess.run(picture, check=True)
    finally:
        simulator.stop()


main()
