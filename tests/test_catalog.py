"""The catalogue functions: what an application learns without asking Twilio."""

import pyodbc
import pytest

from support import CONFERENCE_COLUMNS, PARTICIPANT_COLUMNS

WVARCHAR, BIT, TIMESTAMP = pyodbc.SQL_WVARCHAR, pyodbc.SQL_BIT, pyodbc.SQL_TYPE_TIMESTAMP
NO_NULLS, NULLABLE = 0, 1


def headings(cursor) -> list[str]:
    return [column[0].upper() for column in cursor.description]


def test_tables(cursor):
    rows = {row.table_name: row for row in cursor.tables()}
    assert headings(cursor) == ["TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS"]
    assert {"Conferences", "ConferenceParticipants"} <= set(rows)
    row = rows["Conferences"]
    assert (row.table_cat, row.table_schem, row.table_type) == ("CData", "Twilio", "TABLE")
    assert row.remarks


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"table": "Conferences"}, {"Conferences"}),
        ({"table": "conference%ts"}, {"ConferenceParticipants"}),
        ({"table": "Conference_"}, {"Conferences"}),
        ({"table": r"Conference\_"}, set()),
        ({"table": "Conferences", "tableType": "TABLE"}, {"Conferences"}),
        ({"table": "Conferences", "tableType": "'VIEW','TABLE'"}, {"Conferences"}),
        ({"table": "Conferences", "tableType": "VIEW"}, set()),
        ({"table": "Conferences", "schema": "Twilio", "catalog": "CData"}, {"Conferences"}),
        ({"table": "Conferences", "schema": "Other"}, set()),
        ({"table": "Nothing"}, set()),
    ],
)
def test_tables_by_pattern(cursor, arguments, expected):
    assert {row.table_name for row in cursor.tables(**arguments)} == expected


def test_the_list_of_catalogs(cursor):
    assert [row.table_cat for row in cursor.tables(catalog="%", schema="", table="")] == ["CData"]


def test_the_list_of_schemas(cursor):
    rows = cursor.tables(catalog="", schema="%", table="").fetchall()
    assert "Twilio" in [row.table_schem for row in rows]
    assert all(row.table_name is None for row in rows)


def test_the_list_of_table_types(cursor):
    rows = cursor.tables(catalog="", schema="", table="", tableType="%").fetchall()
    assert "TABLE" in [row.table_type for row in rows]
    assert all(row.table_name is None for row in rows)


@pytest.mark.parametrize(
    ("table", "expected"), [("Conferences", CONFERENCE_COLUMNS), ("ConferenceParticipants", PARTICIPANT_COLUMNS)]
)
def test_columns_stand_in_their_order(cursor, table, expected):
    rows = cursor.columns(table=table).fetchall()
    assert [row.column_name for row in rows] == expected
    assert [row.ordinal_position for row in rows] == list(range(1, len(expected) + 1))


def test_columns_have_the_headings_of_the_reference(cursor):
    cursor.columns(table="Conferences")
    assert headings(cursor) == [
        "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "BUFFER_LENGTH",
        "DECIMAL_DIGITS", "NUM_PREC_RADIX", "NULLABLE", "REMARKS", "COLUMN_DEF", "SQL_DATA_TYPE", "SQL_DATETIME_SUB",
        "CHAR_OCTET_LENGTH", "ORDINAL_POSITION", "IS_NULLABLE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "data_type", "size", "nullable"),
    [
        ("CallSid", WVARCHAR, 34, NO_NULLS),
        ("ConferenceSid", WVARCHAR, 34, NULLABLE),
        ("CallSidToCoach", WVARCHAR, 34, NULLABLE),
        ("Label", WVARCHAR, 128, NULLABLE),
        ("Muted", BIT, 1, NULLABLE),
        ("Hold", BIT, 1, NULLABLE),
        ("Coaching", BIT, 1, NULLABLE),
        ("DateCreated", TIMESTAMP, 19, NULLABLE),
        ("QueueTime", WVARCHAR, 16, NULLABLE),
    ],
)
def test_columns_have_types_and_sizes(cursor, column, data_type, size, nullable):
    (row,) = cursor.columns(table="ConferenceParticipants", column=column).fetchall()
    assert (row.data_type, row.column_size, row.nullable) == (data_type, size, nullable)
    assert row.is_nullable == ("YES" if nullable else "NO")
    assert row.remarks


def test_columns_by_pattern(cursor):
    rows = cursor.columns(table="Conference%", schema="Twilio", column="CallSid%").fetchall()
    assert [(row.table_name, row.column_name) for row in rows] == [
        ("ConferenceParticipantSummaries", "CallSid"),
        ("ConferenceParticipants", "CallSid"),
        ("ConferenceParticipants", "CallSidToCoach"),
        ("ConferenceRecordings", "CallSid"),
        ("Conferences", "CallSidEndingConference"),
    ]


def test_columns_of_nothing_are_none(cursor):
    assert cursor.columns(table="Nothing").fetchall() == []


@pytest.mark.parametrize(("table", "column"), [("Conferences", "Sid"), ("ConferenceParticipants", "CallSid")])
def test_primary_keys(cursor, table, column):
    (row,) = cursor.primaryKeys(table).fetchall()
    assert headings(cursor) == ["TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", "KEY_SEQ", "PK_NAME"]
    assert (row.table_schem, row.table_name, row.column_name, row.key_seq) == ("Twilio", table, column, 1)
    assert row.pk_name


def test_primary_keys_take_no_pattern(cursor):
    assert cursor.primaryKeys("Conference%").fetchall() == []


PARTICIPANT_KEYS = [
    ("Accounts", "Sid", "ConferenceParticipants", "AccountSid"),
    ("Calls", "Sid", "ConferenceParticipants", "CallSid"),
    ("Calls", "Sid", "ConferenceParticipants", "CallSidToCoach"),
    ("Conferences", "Sid", "ConferenceParticipants", "ConferenceSid"),
]
OF_CONFERENCES = [
    ("Conferences", "Sid", "CallRecordings", "ConferenceSid"),
    ("Conferences", "Sid", "ConferenceParticipants", "ConferenceSid"),
    ("Conferences", "Sid", "ConferenceRecordings", "ConferenceSid"),
    ("Conferences", "Sid", "ConferenceSummaries", "ConferenceSid"),
    ("Conferences", "Sid", "Recordings", "ConferenceSid"),
]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"foreignTable": "ConferenceParticipants"}, PARTICIPANT_KEYS),
        ({"table": "Conferences"}, OF_CONFERENCES),
        ({"table": "Conferences", "foreignTable": "ConferenceParticipants"}, PARTICIPANT_KEYS[3:]),
    ],
)
def test_foreign_keys(cursor, arguments, expected):
    rows = cursor.foreignKeys(**arguments).fetchall()
    found = [(row.pktable_name, row.pkcolumn_name, row.fktable_name, row.fkcolumn_name) for row in rows]
    assert found == expected


def test_foreign_keys_of_a_table_without_any(cursor):
    assert cursor.foreignKeys(foreignTable="sys_tables").fetchall() == []


@pytest.mark.parametrize("unique", [False, True])
def test_statistics_give_the_unique_index(cursor, unique):
    rows = [row for row in cursor.statistics("ConferenceParticipants", unique=unique) if row.index_name]
    assert [(row.column_name, row.non_unique, row.ordinal_position) for row in rows] == [("CallSid", 0, 1)]


def test_row_id_columns(cursor):
    rows = cursor.rowIdColumns("ConferenceParticipants").fetchall()
    assert [(row.column_name, row.data_type) for row in rows] == [("CallSid", WVARCHAR)]


def test_a_table_without_a_schema_is_the_one_that_statements_mean(cursor):
    assert [row.table_schem for row in cursor.primaryKeys("messages")] == ["Twilio"]
    assert [row.table_schem for row in cursor.statistics("Messages") if row.index_name] == ["Twilio"]
    assert [row.column_name for row in cursor.rowIdColumns("Messages")] == ["Sid"]
    assert {row.fktable_schem for row in cursor.foreignKeys(foreignTable="Messages")} == {"Twilio"}
    assert {row.pktable_schem for row in cursor.foreignKeys(table="Messages")} == {"Twilio"}
    assert [row.table_schem for row in cursor.primaryKeys("Messages", schema="Chat")] == ["Chat"]
    assert [row.table_schem for row in cursor.primaryKeys("Rooms")] == ["Video"]


def test_row_version_columns_are_none(cursor):
    assert cursor.rowVerColumns("ConferenceParticipants").fetchall() == []


def test_type_info_lists_all_types_in_order(cursor):
    rows = cursor.getTypeInfo().fetchall()
    assert len(headings(cursor)) == 19
    codes = [row.data_type for row in rows]
    assert codes == sorted(codes)
    assert {WVARCHAR, pyodbc.SQL_VARCHAR, BIT, TIMESTAMP, pyodbc.SQL_INTEGER, pyodbc.SQL_DECIMAL} <= set(codes)
    assert all(row.column_size > 0 for row in rows)


@pytest.mark.parametrize("code", [pyodbc.SQL_VARCHAR, WVARCHAR, pyodbc.SQL_VARBINARY, TIMESTAMP])
def test_type_info_of_one_type(cursor, code):
    rows = cursor.getTypeInfo(code).fetchall()
    assert rows and {row.data_type for row in rows} == {code}


def test_type_info_of_a_type_that_is_not_there_is_empty(cursor):
    assert cursor.getTypeInfo(pyodbc.SQL_GUID).fetchall() == []


def test_type_names_agree_everywhere(cursor):
    names = {row.data_type: row.type_name for row in cursor.getTypeInfo()}
    for row in cursor.columns().fetchall():
        assert names[row.data_type] == row.type_name


def test_procedures(cursor):
    rows = {row.procedure_name: row for row in cursor.procedures()}
    assert {"AddParticipants", "ModifyParticipants"} <= set(rows)
    row = rows["AddParticipants"]
    assert (row.procedure_cat, row.procedure_schem) == ("CData", "Twilio")
    assert row.remarks


def test_procedure_columns(cursor):
    rows = cursor.procedureColumns(procedure="AddParticipants").fetchall()
    inputs = [row for row in rows if row.column_type == 1]
    results = [row for row in rows if row.column_type == 3]
    assert [row.column_name for row in inputs[:3]] == ["ConferenceSid", "From", "To"]
    assert [row.nullable for row in inputs[:4]] == [NO_NULLS, NO_NULLS, NO_NULLS, NULLABLE]
    assert [row.column_name for row in results] == PARTICIPANT_COLUMNS


def test_procedure_columns_of_modify_participants(cursor):
    rows = cursor.procedureColumns(procedure="ModifyParticipants").fetchall()
    inputs = {row.column_name for row in rows if row.column_type == 1}
    assert {
        "ConferenceSid", "CallSid", "Muted", "Hold", "HoldUrl", "HoldMethod", "AnnounceUrl", "AnnounceMethod", "Coaching",
        "CallSidToCoach", "EndConferenceOnExit", "BeepOnExit", "WaitUrl", "WaitMethod",
    } <= inputs  # fmt: skip


def test_names_outside_ascii_find_nothing(cursor):
    assert cursor.tables(table="☕🎉").fetchall() == []
    assert cursor.columns(table="東京").fetchall() == []
