"""SQLBrowseConnect: the dialogue that asks for what a connection still needs."""

from ctypes import byref, c_short, create_string_buffer

import pytest

import odbc
from odbc import ERROR, NEED_DATA, SUCCESS, SUCCESS_WITH_INFO
from support import ACCOUNT, LIBRARY, MAIN_KEY, TOKEN, string

OFFERED = "*Region=?;*Edge=?;*Timeout=?;*ConnectOnOpen={1,0};*ReadOnly={1,0};*Subaccounts={None,All};"


@pytest.fixture(params=["manager", "direct"])
def link(request, sim):
    """A connection that is not open: through unixODBC, and of the driver itself."""
    with odbc.environment(odbc.MANAGER if request.param == "manager" else LIBRARY) as env:
        connection = env.connection()
        yield connection
        connection.disconnect(check=False)
        connection.free()


def browse(connection: odbc.Connection, text: str, capacity: int = 1024) -> tuple[int, str]:
    out, length = create_string_buffer(1024), c_short()
    raw = text.encode()
    code = connection.call(
        "SQLBrowseConnect", raw, c_short(len(raw)), out, c_short(capacity), byref(length), check=False
    )  # fmt: skip
    if code in (SUCCESS, NEED_DATA) and capacity == 1024:
        assert length.value == len(out.value)
    return code, out.value.decode()


def state(connection: odbc.Connection) -> str:
    return connection.diagnostics()[0].state


def test_what_is_missing_is_asked_for_until_nothing_is(link, sim):
    code, asked = browse(link, string(Driver="Twilio", BaseUrl=sim.url))
    assert code == NEED_DATA
    assert asked == "UID:Account SID or API key SID=?;PWD:Auth token or secret of the API key=?;" + OFFERED
    code, asked = browse(link, f"UID={ACCOUNT}")
    assert (code, asked) == (NEED_DATA, "PWD:Auth token=?;" + OFFERED)
    assert sim.requests() == []
    code, completed = browse(link, f"PWD={TOKEN};ReadOnly=1")
    assert code == SUCCESS
    assert "PWD" not in completed and f"={TOKEN}" not in completed
    assert f"UID={ACCOUNT};" in completed and "ReadOnly=1;" in completed and sim.url in completed
    assert link.query("SELECT AccountSid FROM Conferences LIMIT 1") == [[ACCOUNT]]


def test_an_api_key_needs_its_account_as_well(link, sim):
    key, secret = MAIN_KEY
    code, asked = browse(link, string(Driver="Twilio", BaseUrl=sim.url, UID=key))
    assert code == NEED_DATA
    assert asked.startswith("AccountSid:Account SID=?;ApiKeySecret:Secret of the API key=?;*")
    code, asked = browse(link, f"PWD={secret}")
    assert code == NEED_DATA
    assert asked.startswith("AccountSid:Account SID=?;*") and secret not in asked
    code, completed = browse(link, f"AccountSid={ACCOUNT}")
    assert code == SUCCESS and secret not in completed
    assert link.query("SELECT AccountSid FROM Conferences LIMIT 1") == [[ACCOUNT]]


def test_a_data_source_that_knows_all_is_opened_at_once(link):
    code, completed = browse(link, "DSN=Twilio")
    assert (code, completed) == (SUCCESS, "DSN=Twilio;")
    assert link.query("SELECT 1") == [["1"]]


def test_what_was_given_is_not_asked_for_again(link, sim):
    code, asked = browse(link, string(Driver="Twilio", BaseUrl=sim.url, Region="", Timeout=5, Subaccounts="None"))
    assert code == NEED_DATA
    assert "Timeout" not in asked and "Subaccounts" not in asked and "*Region=?" in asked


def test_unknown_keywords_are_told_and_the_dialogue_goes_on(link, sim):
    code, asked = browse(link, string(Driver="Twilio", BaseUrl=sim.url, Colour="red"))
    assert code == NEED_DATA and asked.startswith("UID:")
    assert state(link) == "01S00" and "Colour" in link.diagnostics()[0].message
    code, _ = browse(link, f"UID={ACCOUNT};DSN=Other")
    assert code == NEED_DATA and state(link) == "01S00"
    code, _ = browse(link, f"UID=other;PWD={TOKEN}")
    assert code == SUCCESS_WITH_INFO and state(link) == "01S00"
    assert link.query("SELECT AccountSid FROM Conferences LIMIT 1") == [[ACCOUNT]]


def test_a_short_buffer_cuts_what_is_asked(link, sim):
    code, asked = browse(link, string(Driver="Twilio", BaseUrl=sim.url), 10)
    assert (code, asked) == (NEED_DATA, "UID:Accou")
    assert state(link) == "01004"


def test_wrong_credentials_end_the_dialogue(link, sim):
    browse(link, string(Driver="Twilio", BaseUrl=sim.url, UID=ACCOUNT))
    code, out = browse(link, "PWD=wrong")
    assert (code, out) == (ERROR, "")
    assert state(link) == "28000"
    # It begins anew.
    code, asked = browse(link, string(Driver="Twilio", BaseUrl=sim.url))
    assert code == NEED_DATA and asked.startswith("UID:")


def test_a_host_that_nobody_answers_at_is_an_error(link):
    code, _ = browse(link, string(Driver="Twilio", BaseUrl="http://127.0.0.1:9", UID=ACCOUNT, PWD=TOKEN))
    assert code == ERROR
    assert state(link) == "08001"
    assert all(TOKEN not in record.message for record in link.diagnostics())


def test_a_malformed_string_ends_the_dialogue(link, sim):
    browse(link, string(Driver="Twilio", BaseUrl=sim.url, UID=ACCOUNT))
    code, _ = browse(link, "PWD={open")
    assert code == ERROR


def test_sqldisconnect_ends_the_dialogue(link, sim):
    browse(link, string(Driver="Twilio", BaseUrl=sim.url, UID=ACCOUNT))
    assert link.disconnect() == SUCCESS
    assert link.disconnect(check=False) == ERROR and state(link) == "08003"
    code, asked = browse(link, string(Driver="Twilio", BaseUrl=sim.url))
    assert code == NEED_DATA and asked.startswith("UID:")


def test_a_connection_in_the_dialogue_is_neither_open_nor_free(link, sim):
    browse(link, string(Driver="Twilio", BaseUrl=sim.url))
    with pytest.raises(odbc.Failed) as failed:
        link.statement()
    assert failed.value.state == "08003"
    assert link.driver_connect("DSN=Twilio") == ERROR
    assert state(link) == "08002"
    assert link.free() == ERROR
    assert state(link) == "HY010"


def test_an_open_connection_is_not_browsed(link):
    link.driver_connect("DSN=Twilio", check=True)
    assert browse(link, "DSN=Twilio")[0] == ERROR
    assert state(link) == "08002"


def test_the_wide_function(sim):
    with odbc.environment(LIBRARY) as env, env.connection() as connection:
        text = string(BaseUrl=sim.url)
        out, length = create_string_buffer(2048), c_short()
        code = connection.call(
            "SQLBrowseConnectW", text.encode("utf-16-le"), c_short(len(text)), out, c_short(1024), byref(length), check=False
        )  # fmt: skip
        assert code == NEED_DATA
        asked = out.raw[: length.value * 2].decode("utf-16-le")
        assert asked.startswith("UID:") and asked.endswith("{None,All};")
        code = connection.call("SQLBrowseConnectW", None, c_short(0), out, c_short(1024), byref(length), check=False)
        assert code == ERROR and state(connection) == "HY009"
        assert connection.call("SQLBrowseConnectW", b"", c_short(0), out, c_short(-1), None, check=False) == ERROR
        assert state(connection) == "HY090"
