"""Resources of subaccounts, with the credentials of their parent."""

from collections import Counter

import pyodbc
import pytest

from support import ACCOUNT, CONFERENCES, STANDARD_KEY, SUBACCOUNT, SUBACCOUNT_TOKEN, SUPPORT, SUSPENDED, account, string

SUB_CONFERENCES = 4


@pytest.fixture
def own(connect, sim):
    cursor = connect().cursor()
    sim.clear()
    return cursor


@pytest.fixture
def every(connect, sim):
    cursor = connect("DSN=Twilio;Subaccounts=All").cursor()
    sim.clear()
    return cursor


def rows(cursor, sql, *arguments):
    return [tuple(row) for row in cursor.execute(sql, *arguments)]


def accounts(cursor, sql, *arguments):
    """How many rows there are of each account, which is the first column."""
    return dict(Counter(row[0] for row in rows(cursor, sql, *arguments)))


def paths(sim):
    return [request.path.removeprefix("/2010-04-01/Accounts/") for request in sim.requests()]


def of_subaccount(cursor, table, column):
    sql = f"SELECT {column} FROM {table} WHERE AccountSid = '{SUBACCOUNT}' ORDER BY 1"
    return [value for (value,) in rows(cursor, sql)]


def test_a_condition_names_accounts(own, sim):
    assert accounts(own, "SELECT AccountSid FROM Conferences WHERE AccountSid = ?", SUBACCOUNT) == {SUBACCOUNT: SUB_CONFERENCES}
    assert paths(sim) == [f"{SUBACCOUNT}/Conferences.json"]
    sim.clear()
    both = {ACCOUNT: CONFERENCES, SUBACCOUNT: SUB_CONFERENCES}
    assert accounts(own, "SELECT AccountSid FROM Conferences WHERE AccountSid IN (?, ?)", ACCOUNT, SUBACCOUNT) == both
    assert sorted(paths(sim)) == [f"{SUBACCOUNT}/Conferences.json", "Conferences.json"]


@pytest.mark.parametrize(
    "join",
    [
        "Conferences c JOIN Accounts a ON c.AccountSid = a.Sid",
        "Accounts a JOIN Conferences c ON c.AccountSid = a.Sid",
        "Accounts a LEFT JOIN Conferences c ON c.AccountSid = a.Sid",
    ],
)
def test_a_join_names_accounts(own, sim, join):
    found = accounts(own, f"SELECT c.AccountSid FROM {join} WHERE a.Status = 'active'")
    assert found == {ACCOUNT: CONFERENCES, SUBACCOUNT: SUB_CONFERENCES}
    assert paths(sim)[0] == "/2010-04-01/Accounts.json" and len(paths(sim)) == 3
    found = accounts(own, f"SELECT c.AccountSid FROM {join} WHERE a.FriendlyName = ? AND c.Status = 'in-progress'", name_of(own, SUBACCOUNT))
    assert found == {SUBACCOUNT: 1}


def name_of(cursor, sid):
    ((name,),) = rows(cursor, "SELECT FriendlyName FROM Accounts WHERE Sid = ?", sid)
    return name


def test_without_the_property_the_own_account_is_read(own, sim):
    assert accounts(own, "SELECT AccountSid FROM Conferences") == {ACCOUNT: CONFERENCES}
    assert paths(sim) == ["Conferences.json"]


def test_all_active_accounts_are_read(every, sim):
    found = accounts(every, "SELECT AccountSid, Name FROM Conferences")
    assert found == {ACCOUNT: CONFERENCES, SUBACCOUNT: SUB_CONFERENCES}
    first, *others = sim.requests()
    assert (first.path, first.query["Status"]) == ("/2010-04-01/Accounts.json", "active")
    assert sorted(paths(sim)[1:]) == [f"{SUBACCOUNT}/Conferences.json", "Conferences.json"]
    assert not any(SUSPENDED in path for path in paths(sim))


def test_predicates_are_sent_to_each_account(every, sim):
    assert accounts(every, "SELECT AccountSid FROM Conferences WHERE Status = 'in-progress'") == {ACCOUNT: 6, SUBACCOUNT: 1}
    assert all(request.query["Status"] in ["active", "in-progress"] for request in sim.requests())
    assert rows(every, "SELECT COUNT(*) FROM Conferences") == [(CONFERENCES + SUB_CONFERENCES,)]
    assert len(rows(every, "SELECT Sid FROM Conferences LIMIT 28")) == 28


def test_one_row_is_found_in_whatever_account(every, own, sim):
    (sid, *_) = of_subaccount(own, "Conferences", "Sid")
    sim.clear()
    assert rows(every, "SELECT AccountSid FROM Conferences WHERE Sid = ?", sid) == [(SUBACCOUNT,)]
    assert rows(every, "SELECT AccountSid FROM Conferences WHERE Sid = ?", SUPPORT) == [(ACCOUNT,)]
    assert accounts(every, "SELECT AccountSid FROM Conferences WHERE Sid IN (?, ?)", sid, SUPPORT) == {ACCOUNT: 1, SUBACCOUNT: 1}


def test_a_named_account_is_the_only_one(every, sim):
    for sid in [ACCOUNT, SUBACCOUNT]:
        sim.clear()
        assert set(accounts(every, "SELECT AccountSid FROM Conferences WHERE AccountSid = ?", sid)) == {sid}
        assert len(paths(sim)) == 1


def test_children_are_read_below_the_parents_of_each_account(every, own):
    sql = "SELECT AccountSid, CallSid FROM ConferenceParticipants"
    expected = accounts(own, sql) | accounts(own, f"{sql} WHERE AccountSid = '{SUBACCOUNT}'")
    assert set(expected) == {ACCOUNT, SUBACCOUNT}
    assert accounts(every, sql) == expected


@pytest.mark.parametrize("kind", ["JOIN", "LEFT JOIN"])
def test_children_in_a_join_are_of_their_parents_account(every, own, sim, kind):
    sql = f"""SELECT c.AccountSid, c.Sid, p.CallSid FROM Conferences c
              {kind} ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'in-progress'"""
    expected = rows(own, sql) + rows(own, f"{sql} AND c.AccountSid = '{SUBACCOUNT}'")
    sim.clear()
    assert sorted(rows(every, sql), key=str) == sorted(expected, key=str)
    below = [path for path in paths(sim) if "Participants" in path]
    assert len(below) == len(set(below)) == 7, "each is asked for once, in its account"


def test_joins_between_accounts_read_all(every, own):
    sql = "SELECT c.AccountSid FROM Conferences c JOIN Accounts a ON c.AccountSid = a.Sid WHERE a.Status = 'active'"
    assert accounts(every, sql) == accounts(own, sql)
    pairs = "SELECT c.AccountSid, m.Sid FROM Conferences c JOIN Messages m ON m.AccountSid = c.AccountSid WHERE c.Status = 'in-progress'"
    assert set(accounts(every, pairs)) == {ACCOUNT, SUBACCOUNT}


def test_writes_find_the_account_of_their_row(every, own, sim):
    ((sid,),) = rows(own, f"SELECT Sid FROM Conferences WHERE AccountSid = '{SUBACCOUNT}' AND Status = 'in-progress'")
    sim.clear()
    assert every.execute("UPDATE Conferences SET Status = 'completed' WHERE Sid = ?", sid).rowcount == 1
    (write,) = [request for request in sim.requests() if request.method == "POST"]
    assert write.path == f"/2010-04-01/Accounts/{SUBACCOUNT}/Conferences/{sid}.json"
    assert sim.world(SUBACCOUNT)[sid]["status"] == "completed"


def test_a_subaccount_sees_itself(connect, sim):
    cursor = connect(string(DSN="Twilio", AccountSid=SUBACCOUNT, AuthToken=SUBACCOUNT_TOKEN, Subaccounts="All")).cursor()
    assert accounts(cursor, "SELECT AccountSid FROM Conferences") == {SUBACCOUNT: SUB_CONFERENCES}


def test_credentials_that_cannot_list_accounts_are_told(connect, sim):
    key, secret = STANDARD_KEY
    text = string(Driver="Twilio", AccountSid=ACCOUNT, ApiKeySid=key, ApiKeySecret=secret, BaseUrl=sim.url, Subaccounts="All")
    cursor = connect(text).cursor()
    with pytest.raises(pyodbc.Error, match="Subaccounts=All reads the list of accounts, which these credentials may not"):
        cursor.execute("SELECT * FROM Conferences").fetchall()
    assert accounts(cursor, "SELECT AccountSid FROM Conferences WHERE AccountSid = ?", ACCOUNT) == {ACCOUNT: CONFERENCES}


def test_a_wrong_value_is_refused(connect, sim):
    with pytest.raises(pyodbc.Error, match="None or All"):
        connect(account(sim.url, Subaccounts="Some"))


def test_explain_says_that_all_accounts_are_read(every, own):
    (row,) = every.execute("EXPLAIN SELECT * FROM Conferences").fetchall()
    assert "1 per page of Accounts with Status=active, then 1 per page for each of them" in str(row), row
    assert "/2010-04-01/Accounts/{AccountSid}/Conferences.json" in str(row)
    for sql in [f"SELECT * FROM Conferences WHERE AccountSid = '{ACCOUNT}'", "SELECT * FROM Accounts"]:
        assert "Status=active" not in str(every.execute(f"EXPLAIN {sql}").fetchall())
    assert "Status=active" not in str(own.execute("EXPLAIN SELECT * FROM Conferences").fetchall())


def test_an_account_without_a_balance_has_no_row(own, every):
    assert accounts(every, "SELECT AccountSid FROM Balance") == {ACCOUNT: 1}
    assert accounts(own, "SELECT b.AccountSid FROM Accounts a JOIN Balance b ON b.AccountSid = a.Sid") == {ACCOUNT: 1}
    assert accounts(own, f"SELECT AccountSid FROM Balance WHERE AccountSid = '{SUBACCOUNT}'") == {}
