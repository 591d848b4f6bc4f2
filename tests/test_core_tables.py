"""The tables of the 2010 API that are made by hand: the queries that users of other drivers have, and what they send."""

import datetime
import decimal

import pyodbc
import pytest

import support
from support import ACCOUNT, EXPERT, PHOTOS, SUBACCOUNT, SUPPORT

NUMBERS = "AvailablePhoneNumbers"


@pytest.fixture
def cursor(generic, connect):
    generic.reset()
    cursor = connect(support.account(generic.url, ParentScan="Always")).cursor()
    generic.clear()
    return cursor


def sent(generic):
    """Path and query of each request since the last look; of the pages of one list the first."""
    found = [(request.path, request.query) for request in generic.requests() if "PageToken" not in request.query]
    generic.clear()
    return found


def asked(generic):
    """The same, with no word of the size of a page."""
    return [(path, {k: v for k, v in query.items() if k != "PageSize"}) for path, query in sent(generic)]


def columns(cursor):
    return [column[0] for column in cursor.description]


@pytest.mark.parametrize(
    ("statement", "path", "query"),
    [
        ("SELECT * FROM Conferences", "Conferences.json", {}),
        (f"SELECT * FROM Conferences WHERE Sid = '{SUPPORT}'", f"Conferences/{SUPPORT}.json", {}),
        ("SELECT * FROM Conferences WHERE Name = 'Support line'", "Conferences.json", {"FriendlyName": "Support line"}),
        ("SELECT Name FROM Applications", "Applications.json", {}),
        ("SELECT * FROM Applications WHERE Name = 'MyApp1'", "Applications.json", {"FriendlyName": "MyApp1"}),
        (
            "SELECT [To], [Sender], [Body] FROM Messages WHERE Sender = '+15550100000'",
            "Messages.json",
            {"From": "+15550100000"},
        ),
        (
            "SELECT [Messages].[Status] FROM [CData].[Twilio].[Messages] WHERE [To] = '+15550100001' "
            "AND Direction = 'outbound-api'",
            "Messages.json",
            {"To": "+15550100001"},
        ),
        (f"SELECT * FROM Media WHERE MessageSid = '{PHOTOS}'", f"Messages/{PHOTOS}/Media.json", {}),
        ("SELECT * FROM IncomingPhoneNumbers", "IncomingPhoneNumbers.json", {}),
        (
            "SELECT * FROM IncomingPhoneNumbersCategory WHERE Category = 'Mobile'",
            "IncomingPhoneNumbers/Mobile.json",
            {},
        ),
        ("SELECT * FROM AvailablePhoneNumbers", "AvailablePhoneNumbers/US/Local.json", {}),
        (
            "SELECT * FROM OutgoingCallerIds WHERE PhoneNumber = '+15550100000'",
            "OutgoingCallerIds.json",
            {"PhoneNumber": "+15550100000"},
        ),
        ("SELECT * FROM Recordings", "Recordings.json", {}),
        (f"SELECT * FROM Recordings WHERE CallSid = '{EXPERT}'", "Recordings.json", {"CallSid": EXPERT}),
        ("SELECT * FROM Transcriptions", "Transcriptions.json", {}),
        ("SELECT * FROM Triggers WHERE Recurring = 'daily'", "Usage/Triggers.json", {"Recurring": "daily"}),
        ("SELECT * FROM UsageRecords", "Usage/Records.json", {}),
        ("SELECT * FROM UsageRecords WHERE [Interval] = 'Today'", "Usage/Records/Today.json", {}),
        ("SELECT * FROM UsageRecords WHERE Category = 'calls'", "Usage/Records.json", {"Category": "calls"}),
    ],
)
def test_queries_of_other_drivers_run_unchanged(cursor, generic, statement, path, query):
    cursor.execute(statement).fetchall()
    assert asked(generic) == [(path, query)]


def test_accounts_are_found_by_their_names(cursor, generic):
    cursor.execute("SELECT Sid, Name, Status FROM Accounts WHERE Status = 'active'").fetchall()
    assert asked(generic) == [("/2010-04-01/Accounts.json", {"Status": "active"})]
    cursor.execute("SELECT Sid FROM Accounts WHERE FriendlyName = 'x'").fetchall()
    assert asked(generic) == [("/2010-04-01/Accounts.json", {"FriendlyName": "x"})]


def test_a_conference_is_ended_and_a_participant_removed_by_their_statements(cursor, generic):
    cursor.execute(f"DELETE FROM ConferenceParticipants WHERE CallSid='{EXPERT}' AND conferenceSid='{SUPPORT}'")
    cursor.execute(f"UPDATE Conferences SET Status = 'completed' WHERE Sid = '{SUPPORT}'")
    assert generic.effects()["participants_removed"] == 1
    assert generic.effects()["conferences_ended"] == 1


@pytest.mark.parametrize("table", ["Applications", "Queues", "Keys", "Addresses", "IncomingPhoneNumbers", "SipDomains", "Triggers"])
def test_an_alias_is_a_name_in_every_clause_and_not_in_the_star(cursor, table):
    cursor.execute(f"SELECT * FROM {table}")
    assert "Name" in columns(cursor) and "FriendlyName" not in columns(cursor)
    names = [row[0] for row in cursor.execute(f"SELECT Name FROM {table} WHERE Name IS NOT NULL ORDER BY Name")]
    assert names
    statement = f"""
        SELECT t.FriendlyName, COUNT(*) FROM {table} t JOIN {table} o ON o.FriendlyName = t.FriendlyName
         WHERE t.FriendlyName >= ? GROUP BY t.FriendlyName HAVING MAX(t.FriendlyName) IS NOT NULL ORDER BY t.friendlyname"""
    assert [row[0] for row in cursor.execute(statement, names[0])] == sorted(set(names))
    shown = {row.column_name for row in cursor.columns(table=table, schema="Twilio")}
    assert "Name" in shown and "FriendlyName" not in shown


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        ("StartDate >= '2024-01-01' AND EndDate <= '2024-01-31'", {"StartDate": "2024-01-01", "EndDate": "2024-01-31"}),
        ("StartDate = '2024-01-01' AND EndDate = '2024-01-31'", {"StartDate": "2024-01-01", "EndDate": "2024-01-31"}),
        ("StartDate > '2024-02-28' AND EndDate < '2024-03-31'", {"StartDate": "2024-02-29", "EndDate": "2024-03-30"}),
        ("'2024-02-28' < StartDate", {"StartDate": "2024-02-29"}),
        ("StartDate >= {d '2024-01-01'} AND Category = 'sms'", {"StartDate": "2024-01-01", "Category": "sms"}),
        ("IncludeSubaccounts = false", {"IncludeSubaccounts": "false"}),
    ],
)
def test_usage_is_asked_for_between_the_days_that_are_given(cursor, generic, condition, query):
    cursor.execute(f"SELECT * FROM UsageRecords WHERE {condition}").fetchall()
    assert asked(generic) == [("Usage/Records.json", query)]


def test_usage_takes_days_as_parameters(cursor, generic):
    days = datetime.date(2024, 1, 1), datetime.date(2024, 1, 31)
    cursor.execute("SELECT * FROM UsageRecords WHERE StartDate >= ? AND EndDate <= ?", *days).fetchall()
    assert asked(generic) == [("Usage/Records.json", {"StartDate": "2024-01-01", "EndDate": "2024-01-31"})]


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        ("StartDate > ? AND EndDate < ?", {"StartDate": "2024-02-29", "EndDate": "2024-03-30"}),
        ("? < StartDate AND ? > EndDate", {"StartDate": "2024-02-29", "EndDate": "2024-03-30"}),
        ("StartDate > (SELECT CAST(? AS DATE)) AND EndDate < CAST(? AS DATE)", {"StartDate": "2024-02-29", "EndDate": "2024-03-30"}),
        ("StartDate >= '2024-01-01' AND StartDate > ? AND EndDate < ? AND EndDate <= '2024-06-30'", {"StartDate": "2024-02-29", "EndDate": "2024-03-30"}),
        ("StartDate = ? AND StartDate >= '2024-01-01' AND EndDate < ?", {"StartDate": "2024-02-28", "EndDate": "2024-03-30"}),
        ("YEAR(StartDate) = 2024 AND StartDate <> ? AND EndDate < ?", {"StartDate": "2024-01-01", "EndDate": "2024-03-30"}),
    ],
)
def test_usage_is_summed_between_days_that_are_not_in_it(cursor, generic, condition, query):
    days = datetime.date(2024, 2, 28), datetime.date(2024, 3, 31)
    rows = cursor.execute(f"SELECT StartDate, EndDate FROM UsageRecords WHERE {condition}", *days).fetchall()
    assert [(request.path, request.query) for request in generic.requests()] == [("Usage/Records.json", query | {"PageSize": "1000"})]
    assert {(str(row.StartDate), str(row.EndDate)) for row in rows} == {(query["StartDate"], query["EndDate"])}


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        ("StartDate >= {ts '2024-01-01 00:00:00'} AND EndDate < {ts '2024-03-31 00:00:00'}", {"StartDate": "2024-01-01", "EndDate": "2024-03-30"}),
        ("StartDate > {ts '2024-01-01 00:00:00'} AND EndDate <= {ts '2024-03-31 12:00:00'}", {"StartDate": "2024-01-02", "EndDate": "2024-03-31"}),
        ("StartDate >= {ts '2024-01-01 00:00:01'} AND EndDate < {ts '2024-03-31 12:00:00'}", {"StartDate": "2024-01-02", "EndDate": "2024-03-31"}),
        ("StartDate = {ts '2024-01-01 00:00:00'} AND {ts '2024-03-31 00:00:00'} = EndDate", {"StartDate": "2024-01-01", "EndDate": "2024-03-31"}),
        ("StartDate >= DATEADD(day, -1, TO_TIMESTAMP('2024-01-02')) AND EndDate < TO_TIMESTAMP('2024-03-31 12:00:00')", {"StartDate": "2024-01-01", "EndDate": "2024-03-31"}),
        ("StartDate >= TO_TIMESTAMP('2024-01-01 00:00:00.5') AND EndDate <= TO_TIMESTAMP('2024-03-31')", {"StartDate": "2024-01-02", "EndDate": "2024-03-31"}),
        ("StartDate BETWEEN {ts '2024-01-01 00:00:00'} AND {ts '2024-01-31 00:00:00'} AND EndDate = '2024-03-31'", {"StartDate": "2024-01-01", "EndDate": "2024-03-31"}),
    ],
)
def test_usage_is_summed_between_moments(cursor, generic, condition, query):
    rows = cursor.execute(f"SELECT StartDate, EndDate FROM UsageRecords WHERE {condition}").fetchall()
    assert asked(generic) == [("Usage/Records.json", query)]
    assert {(str(row.StartDate), str(row.EndDate)) for row in rows} == {(query["StartDate"], query["EndDate"])}
    assert cursor.execute("SELECT StartDate FROM UsageRecords WHERE StartDate = {ts '2024-01-01 00:00:01'}").fetchall() == []


def test_a_moment_is_asked_for_by_its_bounds_where_twilio_takes_nothing_else(cursor, generic):
    statement = "SELECT Sid FROM Conversations WHERE DateCreated = '2015-12-16T22:18:37' AND DateUpdated = '2015-12-16T22:18:37'"
    cursor.execute(f"EXPLAIN {statement}")
    pushed = cursor.fetchone().Pushed
    assert pushed == "StartDate=2015-12-16T00:00:00Z&EndDate=2015-12-17T00:00:00Z"
    cursor.execute("EXPLAIN SELECT Sid FROM Conversations WHERE ? = DateCreated", datetime.datetime(2015, 12, 16, 22, 18, 37))
    assert cursor.fetchone().Pushed == pushed


def test_the_tightest_of_several_bounds_is_sent_and_explained(cursor, generic):
    statement = "SELECT Sid FROM Messages WHERE DateSent >= '2024-01-01' AND DateSent > '2024-05-01' AND DateSent < '2024-06-01' AND DateSent < '2024-07-01'"
    cursor.execute(statement).fetchall()
    assert asked(generic) == [("Messages.json", {"DateSent>": "2024-05-01", "DateSent<": "2024-06-02"})]
    row = cursor.execute(f"EXPLAIN {statement}").fetchone()
    assert "DateSent>=2024-05-01" in row.Pushed and "2024-01-01" not in row.Pushed


@pytest.mark.parametrize("interval", ["Daily", "Monthly", "Yearly", "AllTime", "Today", "Yesterday", "ThisMonth", "LastMonth"])
def test_usage_is_divided_by_the_interval(cursor, generic, interval):
    rows = cursor.execute(f"SELECT [Interval], Category FROM UsageRecords WHERE [Interval] = '{interval.lower()}'").fetchall()
    assert asked(generic) == [(f"Usage/Records/{interval}.json", {})]
    assert rows and all(row[0].lower() == interval.lower() for row in rows)


@pytest.mark.parametrize("condition", ["IsoCountry = ''", "IsoCountry IN ('GB', '')", "IsoCountry = '' AND Type = 'Mobile'"])
def test_no_country_is_a_value_that_is_refused(cursor, generic, condition):
    with pytest.raises(pyodbc.Error, match="22018.*IsoCountry is '', but takes"):
        cursor.execute(f"SELECT PhoneNumber FROM {NUMBERS} WHERE {condition}").fetchall()
    assert generic.requests() == []


@pytest.mark.parametrize(
    ("interval", "condition", "query"),
    [
        ("Daily", "StartDate BETWEEN '2024-01-01' AND '2024-01-31'", {"StartDate": "2024-01-01", "EndDate": "2024-01-31"}),
        ("Daily", "StartDate = '2024-01-15'", {"StartDate": "2024-01-15", "EndDate": "2024-01-15"}),
        ("Daily", "EndDate = '2024-01-15'", {"StartDate": "2024-01-15", "EndDate": "2024-01-15"}),
        ("Daily", "EndDate > '2024-01-15' AND StartDate < '2024-02-01'", {"StartDate": "2024-01-16", "EndDate": "2024-01-31"}),
        ("daily", "StartDate >= '2024-01-01' AND StartDate <= '2024-01-31' AND EndDate <= '2024-01-20'", {"StartDate": "2024-01-01", "EndDate": "2024-01-20"}),
        ("Daily", "StartDate >= '2024-01-01' AND StartDate <= '2024-01-10' AND EndDate <= '2024-01-20'", {"StartDate": "2024-01-01", "EndDate": "2024-01-10"}),
        ("Daily", "StartDate <= '2024-01-31' AND EndDate = '2024-01-20'", {"StartDate": "2024-01-20", "EndDate": "2024-01-20"}),
        ("Daily", "StartDate = '2024-01-15' AND EndDate = '2024-01-16'", {"StartDate": "2024-01-15", "EndDate": "2024-01-16"}),
        ("Monthly", "StartDate BETWEEN '2024-01-01' AND '2024-01-31'", {"StartDate": "2024-01-01"}),
        ("Monthly", "StartDate = '2024-01-01' AND EndDate <= '2024-01-31'", {"StartDate": "2024-01-01", "EndDate": "2024-01-31"}),
    ],
)
def test_a_day_of_usage_ends_when_it_begins(cursor, generic, interval, condition, query):
    statement = f"SELECT StartDate, EndDate, Price FROM UsageRecords WHERE [Interval] = '{interval}' AND Category = 'sms' AND {condition}"
    rows = sorted(tuple(row) for row in cursor.execute(statement).fetchall())
    assert asked(generic) == [(f"Usage/Records/{interval.capitalize()}.json", query | {"Category": "sms"})]
    pushed = cursor.execute(f"EXPLAIN {statement}").fetchone().Pushed
    assert set(pushed.split("&")) == {f"{name}={value}" for name, value in (query | {"Category": "sms"}).items()}
    generic.clear()
    # COALESCE keeps the comparisons from being asked of Twilio.
    here = condition.replace("StartDate", "COALESCE(StartDate, NULL)").replace("EndDate", "COALESCE(EndDate, NULL)")
    bounds = f"StartDate >= '{query['StartDate']}'" if interval == "Monthly" else "StartDate >= '2023-12-01'"
    statement = f"SELECT StartDate, EndDate, Price FROM UsageRecords WHERE [Interval] = '{interval}' AND Category = 'sms' AND {bounds} AND {here}"
    assert rows == sorted(tuple(row) for row in cursor.execute(statement).fetchall())
    assert rows or ("StartDate =" in condition and "EndDate" in condition)


def test_an_interval_that_is_one_of_several_asks_for_no_end(cursor, generic):
    statement = "SELECT StartDate FROM UsageRecords WHERE [Interval] IN ('Daily', 'Monthly') AND Category = 'sms' AND StartDate = '2024-05-01'"
    assert len(cursor.execute(statement).fetchall()) == 2
    paths = {path for path, query in asked(generic) if query == {"StartDate": "2024-05-01", "Category": "sms"}}
    assert paths == {"Usage/Records/Daily.json", "Usage/Records/Monthly.json"}


def test_days_of_usage_that_are_listed_come_once(cursor, generic):
    statement = "SELECT StartDate FROM UsageRecords WHERE [Interval] = 'Daily' AND Category = 'sms' AND StartDate IN ('2024-05-01', '2024-05-03')"
    assert sorted(str(row[0]) for row in cursor.execute(statement)) == ["2024-05-01", "2024-05-03"]


def test_usage_has_its_types(cursor, generic):
    cursor.execute("SELECT * FROM UsageRecords")
    assert columns(cursor) == [
        "AccountSid", "Category", "Description", "StartDate", "EndDate", "Count", "CountUnit", "Usage", "UsageUnit", "Price",
        "PriceUnit", "ApiVersion", "Uri", "AsOf", "SubresourceUris",
    ]  # fmt: skip
    row = cursor.fetchone()
    types = {"StartDate": datetime.date, "Count": int, "Usage": float, "Price": decimal.Decimal, "AsOf": datetime.datetime}
    assert {name: type(getattr(row, name)) for name in types} == types
    assert cursor.execute("SELECT [Interval] FROM UsageRecords").fetchone()[0] is None


@pytest.mark.parametrize(
    ("condition", "path", "query"),
    [
        ("IsoCountry = 'GB' AND Type = 'mobile'", "GB/Mobile.json", {}),
        ("CountryCode = 'CA' AND AreaCode = 604", "CA/Local.json", {"AreaCode": "604"}),
        ("CapabilitiesSms = true AND MmsEnabled = 1", "US/Local.json", {"SmsEnabled": "true", "MmsEnabled": "true"}),
        ("Contains = '415*' AND ExcludeAllAddressRequired = true", "US/Local.json", {"Contains": "415*", "ExcludeAllAddressRequired": "true"}),
        ("NearNumber = '+15550100000' AND Distance = 50", "US/Local.json", {"NearNumber": "+15550100000", "Distance": "50"}),
        ("Region = 'CA' AND Locality = 'Hilo'", "US/Local.json", {"InRegion": "CA", "InLocality": "Hilo"}),
        ("InLata = '834' AND InRateCenter = 'HILO'", "US/Local.json", {"InLata": "834", "InRateCenter": "HILO"}),
        ("Beta = false", "US/Local.json", {"Beta": "false"}),
    ],
)
def test_numbers_on_sale_are_looked_for(cursor, generic, condition, path, query):
    cursor.execute(f"SELECT * FROM {NUMBERS} WHERE {condition}").fetchall()
    assert asked(generic) == [(f"AvailablePhoneNumbers/{path}", query)]


def test_numbers_on_sale_have_one_page_of_the_wanted_size(cursor, generic):
    rows = cursor.execute(f"SELECT IsoCountry, AreaCode, Type FROM {NUMBERS} WHERE IsoCountry = 'GB' LIMIT 2").fetchall()
    assert sent(generic) == [("AvailablePhoneNumbers/GB/Local.json", {"PageSize": "2"})]
    assert [tuple(row) for row in rows] == [("GB", None, "Local")] * 2


def test_kinds_and_countries_of_numbers_are_a_request_each(cursor, generic):
    cursor.execute(f"SELECT * FROM {NUMBERS} WHERE Type IN ('Local', 'TollFree', 'Voip') AND IsoCountry IN ('US', 'CA')").fetchall()
    kinds, countries = ["Local", "TollFree", "Voip"], ["CA", "US"]
    wanted = {f"AvailablePhoneNumbers/{country}/{kind}.json" for country in countries for kind in kinds}
    assert {path for path, _ in asked(generic)} == wanted
    with pytest.raises(pyodbc.Error, match="22018.*Type is 'Pager'"):
        cursor.execute(f"SELECT * FROM {NUMBERS} WHERE Type = 'Pager'").fetchall()
    assert asked(generic) == []


@pytest.mark.parametrize("country", ["", "AND IsoCountry = 'US'"])
def test_a_kind_that_a_country_lacks_has_no_rows(cursor, generic, country):
    found = cursor.execute(f"SELECT DISTINCT Type FROM {NUMBERS} WHERE Type IN ('Local', 'Voip', 'TollFree') {country} ORDER BY Type")
    assert [row.Type for row in found] == ["Local", "TollFree"]
    assert ("AvailablePhoneNumbers/US/Voip.json", 404) in [(request.path, request.status) for request in generic.requests()]
    assert cursor.execute(f"SELECT * FROM {NUMBERS} WHERE Type = 'Voip' {country}").fetchall() == []


def test_a_join_with_the_countries_asks_for_the_numbers_of_each(cursor, generic):
    found = cursor.execute(f"""
        SELECT c.CountryCode, n.IsoCountry FROM AvailablePhoneNumberCountries c
          JOIN {NUMBERS} n ON n.IsoCountry = c.CountryCode""").fetchall()
    assert found and all(row.CountryCode == row.IsoCountry for row in found)
    countries = {row.CountryCode for row in found}
    paths = [path for path, _ in asked(generic)]
    assert paths[0] == "AvailablePhoneNumbers.json"
    # A country without local numbers is asked too.
    assert set(paths[1:]) > {f"AvailablePhoneNumbers/{country}/Local.json" for country in countries}


def test_numbers_of_every_category_are_read_side_by_side(cursor, generic):
    rows = cursor.execute("SELECT Category, COUNT(*) FROM IncomingPhoneNumbersCategory GROUP BY Category ORDER BY 1").fetchall()
    assert [row[0] for row in rows] == ["Local", "Mobile", "TollFree"]
    wanted = {f"IncomingPhoneNumbers/{category}.json" for category in ["Local", "Mobile", "TollFree"]}
    assert {path for path, _ in asked(generic)} == wanted
    two = cursor.execute("SELECT DISTINCT Category FROM IncomingPhoneNumbersCategory WHERE Category IN ('Local', 'mobile')")
    assert len(two.fetchall()) == 2
    assert len(asked(generic)) == 2


def test_every_category_is_explained(cursor, generic):
    row = cursor.execute("EXPLAIN SELECT * FROM IncomingPhoneNumbersCategory").fetchone()
    assert row.Endpoint.endswith("/IncomingPhoneNumbers/{Category}.json")
    assert "for each of 3 values" in row.ExpectedRequests
    row = cursor.execute("EXPLAIN SELECT * FROM IncomingPhoneNumbersCategory WHERE Category = 'Local'").fetchone()
    assert row.Endpoint.endswith("/IncomingPhoneNumbers/Local.json") and "each" not in row.ExpectedRequests
    assert asked(generic) == []


def test_switches_and_filters_of_recordings_and_numbers(cursor, generic):
    cursor.execute("SELECT Sid FROM Recordings WHERE IncludeSoftDeleted = true AND DateCreated >= '2024-01-01 10:00:00'").fetchall()
    assert asked(generic) == [("Recordings.json", {"IncludeSoftDeleted": "true", "DateCreated>": "2024-01-01"})]
    cursor.execute("SELECT Sid FROM IncomingPhoneNumbers WHERE PhoneNumber = '+15550100000' AND Beta = false").fetchall()
    assert asked(generic) == [("IncomingPhoneNumbers.json", {"PhoneNumber": "+15550100000", "Beta": "false"})]
    cursor.execute("SELECT Sid FROM Notifications WHERE Log = 0 AND MessageDate < '2024-01-01'").fetchall()
    assert asked(generic) == [("Notifications.json", {"Log": "0", "MessageDate<": "2024-01-02"})]


def test_what_only_the_row_itself_tells_is_hidden(cursor, generic):
    cursor.execute("SELECT * FROM Notifications")
    assert "ResponseBody" not in columns(cursor)
    sid = cursor.fetchone().Sid
    generic.clear()
    row = cursor.execute("SELECT Sid, ResponseBody, Log FROM Notifications WHERE Sid = ?", sid).fetchone()
    assert row.ResponseBody and type(row.Log) is int
    assert asked(generic) == [(f"Notifications/{sid}.json", {})]


def test_tables_of_a_subaccount_are_read_by_their_account(cursor, generic):
    cursor.execute("SELECT * FROM Queues WHERE AccountSid = ?", SUBACCOUNT).fetchall()
    assert asked(generic) == [(f"/2010-04-01/Accounts/{SUBACCOUNT}/Queues.json", {})]


@pytest.mark.parametrize(
    ("parent", "child", "key"),
    [
        ("Addresses", "DependentPhoneNumbers", "AddressSid"),
        ("Queues", "QueueMembers", "QueueSid"),
        ("Recordings", "RecordingTranscriptions", "RecordingSid"),
        ("Recordings", "RecordingAddOnResults", "RecordingSid"),
        ("SipDomains", "SipCredentialListMappings", "DomainSid"),
        ("SipDomains", "SipAuthCallsIpAccessControlListMappings", "DomainSid"),
        ("SipCredentialLists", "SipCredentials", "CredentialListSid"),
        ("SipIpAccessControlLists", "SipIpAddresses", "IpAccessControlListSid"),
    ],
)
def test_children_follow_their_parents(cursor, generic, parent, child, key):
    rows = cursor.execute(f"SELECT p.Sid AS parent, c.{key} AS of FROM {parent} p JOIN {child} c ON c.{key} = p.Sid").fetchall()
    assert rows and all(row.parent == row.of for row in rows)
    cursor.execute(f"SELECT * FROM {child} WHERE {key} = ?", rows[0].parent).fetchall()
    assert asked(generic)[-1][0].count(rows[0].parent) == 1


KEYS = [
    ("Accounts", "Accounts", "OwnerAccountSid"),
    ("Accounts", "Calls", "AccountSid"),
    ("Accounts", "Queues", "AccountSid"),
    ("Addresses", "DependentPhoneNumbers", "AddressSid"),
    ("Addresses", "IncomingPhoneNumbers", "AddressSid"),
    ("Applications", "IncomingPhoneNumbers", "VoiceApplicationSid"),
    ("AvailablePhoneNumberCountries", "AvailablePhoneNumbers", "IsoCountry"),
    ("Calls", "Conferences", "CallSidEndingConference"),
    ("Calls", "QueueMembers", "CallSid"),
    ("Calls", "Recordings", "CallSid"),
    ("IncomingPhoneNumbers", "Calls", "PhoneNumberSid"),
    ("Messages", "Media", "MessageSid"),
    ("Queues", "QueueMembers", "QueueSid"),
    ("Recordings", "Transcriptions", "RecordingSid"),
    ("MessagingServices", "Messages", "MessagingServiceSid"),
    ("SipCredentialLists", "SipAuthRegistrationsCredentialListMappings", "Sid"),
    ("SipDomains", "SipIpAccessControlListMappings", "DomainSid"),
    ("Trunks", "SipDomains", None),
]


@pytest.mark.parametrize(("parent", "child", "column"), KEYS)
def test_foreign_keys_lead_to_the_tables_that_they_name(cursor, parent, child, column):
    found = {
        (row.pktable_name, row.fkcolumn_name)
        for row in cursor.foreignKeys(foreignTable=child, foreignSchema="Twilio")
        if row.pkcolumn_name in ("Sid", "CountryCode")
    }
    assert ((parent, column) in found) is (column is not None)


@pytest.mark.parametrize("table", ["IncomingPhoneNumbers", "Recordings", "UsageRecords", "Triggers", "SipDomains", "Accounts"])
def test_tables_and_columns_have_remarks_and_sizes(cursor, table):
    (entry,) = cursor.tables(table=table, schema="Twilio").fetchall()
    assert len(entry.remarks) > 20
    for row in cursor.columns(table=table, schema="Twilio"):
        assert row.remarks, row.column_name
        if row.column_name.endswith("Sid"):
            assert row.column_size == 34, row.column_name
        assert row.column_size != 4000 or row.column_name == "EncryptionDetails", row.column_name


def test_the_account_is_the_one_of_the_credentials(cursor, generic):
    for table in ["Balance", "Keys", NUMBERS, "IncomingPhoneNumbersCategory"]:
        rows = cursor.execute(f"SELECT DISTINCT AccountSid FROM {table}").fetchall()
        assert [row[0] for row in rows] == [ACCOUNT], table
