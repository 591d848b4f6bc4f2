"""RETURNING of UPDATE and DELETE."""

import pyodbc
import pytest

from support import CUSTOMER, EXPERT, NO_CALL, SUPERVISOR, SUPPORT, UNLABELLED

KEY = f"ConferenceSid = '{SUPPORT}' AND CallSid = "
TABLE = "ConferenceParticipants"


def test_an_update_gives_the_row_that_was_answered(cursor, sim):
    cursor.execute(f"UPDATE {TABLE} SET Muted = true WHERE {KEY} '{CUSTOMER}' RETURNING CallSid, Muted, ConferenceSidSid AS Room, Label")
    assert [column[0] for column in cursor.description] == ["CallSid", "Muted", "Room", "Label"]
    assert cursor.rowcount == 1
    assert [tuple(row) for row in cursor.fetchall()] == [(CUSTOMER, True, SUPPORT, "customer")]
    assert [request.method for request in sim.requests()] == ["POST"], "nothing is read"


def test_an_update_of_several_rows_and_of_none(cursor, sim):
    sql = f"UPDATE {TABLE} p SET Muted = NOT Muted WHERE ConferenceSid = '{SUPPORT}' AND Label = ? RETURNING p.CallSid, p.Muted"
    assert [tuple(row) for row in cursor.execute(sql, "expert").fetchall()] == [(EXPERT, False)]
    cursor.execute(sql, "nobody")
    assert cursor.rowcount == 0 and cursor.fetchall() == []
    assert cursor.execute(f"UPDATE {TABLE} SET Muted = true WHERE {KEY} '{NO_CALL}' RETURNING *").fetchall() == []


def test_a_delete_gives_the_rows_as_they_were_found(cursor, sim):
    cursor.execute(f"DELETE FROM {TABLE} WHERE ConferenceSid = '{SUPPORT}' AND Muted = true RETURNING CallSid, Label, Muted")
    assert cursor.rowcount == 2
    assert sorted(row.CallSid for row in cursor.fetchall()) == sorted([EXPERT, SUPERVISOR])
    assert sim.effects()["participants_removed"] == 2
    (row,) = cursor.execute(f"DELETE FROM {TABLE} WHERE {KEY} '{UNLABELLED}' RETURNING *").fetchall()
    assert (row.CallSid, row.Label, row.ConferenceSid) == (UNLABELLED, None, SUPPORT)


def test_a_failure_in_the_middle_is_an_error(cursor, sim):
    sim.fault("status", status=400, method="POST", skip=1)
    with pytest.raises(pyodbc.Error, match=r"\(1 of 5 rows were written before, 3 were not sent\.\)"):
        cursor.execute(f"UPDATE {TABLE} SET Muted = true WHERE ConferenceSid = '{SUPPORT}' RETURNING CallSid")


def test_temporary_tables_have_none(cursor):
    cursor.execute("CREATE TEMP TABLE x (a INTEGER)")
    for sql in ("INSERT INTO x VALUES (1)", "UPDATE x SET a = 1", "DELETE FROM x"):
        with pytest.raises(pyodbc.Error, match="temporary table with RETURNING"):
            cursor.execute(f"{sql} RETURNING a")
