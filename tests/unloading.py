"""A process that uses the library from many threads, frees everything, unloads it, and looks at what is left in /proc.

    python3 tests/unloading.py URL ROUNDS
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from pathlib import Path

import odbc
from support import ACCOUNT, LIBRARY, SUPPORT, TOKEN, string


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


def sockets() -> int:
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found += os.readlink(entry).startswith("socket:")
        except OSError:
            pass
    return found


def is_mapped() -> bool:
    return LIBRARY.name in Path("/proc/self/maps").read_text()


def settles(condition, seconds: float = 10) -> bool:
    """Whether the condition comes true: a thread that has ended may stand in /proc for a moment."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def work(text: str, errors: list[BaseException]) -> None:
    try:
        with odbc.connected(text, LIBRARY) as connection:
            assert len(connection.query(f"SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{SUPPORT}'")) == 5
            # Lists side by side, and a result that is left in the middle.
            with connection.statement() as statement:
                statement.execute("SELECT c.Sid, p.CallSid FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid")
                statement.fetch()
    except BaseException as error:
        errors.append(error)


def main(url: str, rounds: str) -> None:
    text = string(AccountSid=ACCOUNT, AuthToken=TOKEN, BaseUrl=url)
    close = ctypes.CDLL(None).dlclose
    close.argtypes = [ctypes.c_void_p]
    before = threads(), sockets()
    for _ in range(int(rounds)):
        library = odbc.Library(LIBRARY).library
        errors: list[BaseException] = []
        workers = [threading.Thread(target=work, args=(text, errors)) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert not errors, errors
        # Everything is freed: before the library goes there is nothing of it left.
        assert settles(lambda: (threads(), sockets()) == before), (threads(), sockets(), before)
        # One handle for each thread's `Library` and one for this one's.
        for _ in range(len(workers) + 1):
            close(library._handle)
        del library
    print(is_mapped())


if __name__ == "__main__":
    main(*sys.argv[1:])
