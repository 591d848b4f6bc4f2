"""The tables of Conversations, Voice Insights and messaging services in the default schema, and the lists of all
products that the API narrows by itself."""

import datetime
import json

import pytest

import support


@pytest.fixture
def cursor(generic, connect):
    cursor = connect(support.account(generic.url + "/{product}", ParentScan="Always")).cursor()
    generic.clear()
    return cursor


@pytest.fixture
def careful(generic, connect):
    """Long lists of parents are not walked."""
    cursor = connect(support.account(generic.url + "/{product}")).cursor()
    generic.clear()
    return cursor


def names(cursor):
    return [column[0] for column in cursor.description]


def asked(generic, last=""):
    """The requests for first pages whose path ends so; a link to a further page holds what it needs."""
    requests = [request for request in generic.requests() if request.path.endswith(last)]
    return [request for request in requests if "PageToken" not in request.query]


# What users of the incumbent have: every column that its pages show, in their spelling.
INCUMBENT = {
    "Conversations": "Sid, AccountSid, ChatServiceSid, DateCreated, DateUpdated, FriendlyName, LinksMessages, "
    "LinksParticipants, MessagingServiceSid, State",
    "ConversationMessages": "Sid, AccountSid, ConversationSid, Author, Body, DateCreated, DateUpdated, "
    "DeliveryDelivered, DeliveryFailed, DeliveryRead, DeliverySent",
    "CallSummary": "CallSid, AccountSid, AttributesConferenceParticipant, CallState, CallType, "
    "CarrierEdgeMetricsInboundCodec, CarrierEdgeMetricsInboundCodecName, CarrierEdgeMetricsInboundJitterAvg, "
    "CarrierEdgeMetricsInboundJitterMax, CarrierEdgeMetricsInboundPacketsLossPercentage, "
    "CarrierEdgeMetricsInboundPacketsLost, CarrierEdgeMetricsInboundPacketsReceived, CarrierEdgeMetricsOutBoundCodec, "
    "CarrierEdgeMetricsOutBoundCodecName, CarrierEdgeMetricsOutBoundJitterAvg",
}


@pytest.mark.parametrize("table", INCUMBENT)
def test_the_incumbents_columns_are_there(cursor, table):
    rows = cursor.execute(f"SELECT {INCUMBENT[table]} FROM {table}").fetchall()
    assert [name.lower() for name in names(cursor)] == INCUMBENT[table].lower().split(", ")
    assert rows


def test_the_incumbents_queries_of_conversations_run(cursor, generic):
    active = cursor.execute("SELECT * FROM Conversations WHERE State = 'active'").fetchall()
    assert all(row.State == "active" for row in active)
    assert [request.query["State"] for request in asked(generic)] == ["active"]
    for conversation in cursor.execute("SELECT Sid, DateCreated, DateUpdated FROM Conversations").fetchall():
        if conversation.DateCreated is None:
            continue
        created, updated = conversation.DateCreated.isoformat(), conversation.DateUpdated.isoformat()
        found = cursor.execute(
            f"SELECT * FROM Conversations WHERE DateCreated = '{created}' AND DateUpdated = '{updated}'"
        ).fetchall()
        assert conversation.Sid in [row.Sid for row in found]
    nothing = "SELECT * FROM Conversations WHERE DateCreated = '2015-12-16T22:18:37' AND DateUpdated = '2015-12-16T22:18:38'"
    assert cursor.execute(nothing).fetchall() == []


def test_the_incumbents_queries_below_a_conversation_run(careful, generic):
    with_messages = "SELECT c.Sid FROM Conversations c JOIN ConversationMessages m ON m.ConversationSid = c.Sid"
    conversation = careful.execute(with_messages).fetchone()[0]
    for table in ("ConversationParticipants", "ConversationMessages"):
        generic.clear()
        rows = careful.execute(f"SELECT * FROM {table} WHERE conversationsid = '{conversation}'").fetchall()
        assert rows and all(row.ConversationSid == conversation for row in rows)
        last = table.removeprefix("Conversation")
        assert {request.path for request in generic.requests()} == {
            f"/conversations/v1/Conversations/{conversation}/{last}"
        }
        generic.clear()
        sid = rows[0].Sid
        one = f"SELECT * FROM {table} WHERE ConversationSid = '{conversation}' AND Sid = '{sid}'"
        assert careful.execute(one).fetchall() == [rows[0]]
        assert [request.path.split("/")[-1] for request in generic.requests()] == [sid]


def test_the_incumbents_query_of_a_call_summary_runs(careful, generic):
    call = careful.execute("SELECT CallSid FROM CallSummaries").fetchone()[0]
    generic.clear()
    (row,) = careful.execute(f"SELECT * FROM CallSummary WHERE CallSid = '{call}'").fetchall()
    (request,) = generic.requests()
    assert row.CallSid == call
    assert (request.path, request.query["ProcessingState"]) == (f"/insights/v1/Voice/{call}/Summary", "partial")
    state = row.ProcessingState
    query = f"SELECT * FROM CallSummary WHERE CallSid = '{call}' AND ProcessingState = '{state}'"
    assert len(careful.execute(query).fetchall()) == 1


def test_one_call_is_read_by_its_path_in_the_list_as_well(careful, generic):
    call = careful.execute("SELECT CallSid FROM CallSummaries").fetchone()[0]
    generic.clear()
    assert careful.execute("SELECT CallSid FROM CallSummaries WHERE CallSid = ?", call).fetchone()[0] == call
    (request,) = generic.requests()
    assert (request.path, request.query) == (f"/insights/v1/Voice/{call}/Summary", {"ProcessingState": "partial"})


def test_both_names_of_the_services_give_the_same_rows(cursor, connect):
    lists = cursor.execute("SELECT * FROM ServiceLists").fetchall()
    columns = names(cursor)
    views = cursor.execute("SELECT * FROM Services").fetchall()
    assert names(cursor) == columns and lists and [tuple(row) for row in lists] == [tuple(row) for row in views]
    kinds = {row.table_name: row.table_type for row in cursor.tables(schema="Twilio")}
    assert kinds["ServiceLists"] == "TABLE" and kinds["Services"] == "VIEW"
    remarks = {row.table_name: row.remarks for row in cursor.tables(schema="Twilio")}
    assert all("Twilio Conversations" in remarks[name] for name in ("ServiceLists", "Services"))


def test_calls_are_joined_with_their_summaries(careful, generic):
    query = (
        "SELECT c.Sid, s.CallSid, s.CarrierEdgeMetricsInboundJitterAvg "
        "FROM Calls c JOIN CallSummary s ON s.CallSid = c.Sid WHERE c.Status = 'completed'"
    )
    rows = careful.execute(query).fetchall()
    calls = careful.execute("SELECT Sid FROM Calls WHERE Status = 'completed'").fetchall()
    assert rows and all(row.Sid == row.CallSid for row in rows)
    assert {row.Sid for row in rows} <= {call.Sid for call in calls}
    paths = [request.path for request in generic.requests() if request.path.startswith("/insights/")]
    assert sorted(paths) == sorted(f"/insights/v1/Voice/{call.Sid}/Summary" for call in calls)


def test_conversations_are_joined_with_their_messages(careful, generic):
    rows = careful.execute(
        "SELECT c.Sid, m.ConversationSid, m.Body FROM Conversations c "
        "JOIN ConversationMessages m ON m.ConversationSid = c.Sid"
    ).fetchall()
    assert rows and all(row.Sid == row.ConversationSid for row in rows)
    walked = [request.path.split("/")[4] for request in generic.requests() if request.path.endswith("/Messages")]
    assert set(walked) >= {row.Sid for row in rows}


def test_long_lists_of_parents_are_not_walked_unasked(careful):
    for table, key in (("ConversationMessages", "Conversations.Sid"), ("CallEvents", "Calls.Sid")):
        with pytest.raises(Exception, match=key):
            careful.execute(f"SELECT * FROM {table}").fetchall()


def test_the_conversations_of_a_participant_are_asked_for_by_either_name(cursor, generic):
    statements = {
        "ParticipantIdentity = 'alice'": {"Identity": "alice"},
        "Identity = 'alice'": {"Identity": "alice"},
        "Address = '+15550100'": {"Address": "+15550100"},
    }
    for condition, sent in statements.items():
        generic.clear()
        cursor.execute(f"SELECT * FROM ParticipantConversations WHERE {condition}").fetchall()
        (request,) = asked(generic)
        assert {name: value for name, value in request.query.items() if name in ("Identity", "Address")} == sent


def test_bounds_are_the_first_moments_of_days(cursor, generic):
    cursor.execute(
        "SELECT Sid FROM Conversations WHERE DateCreated >= '2024-02-28 10:00:00' AND DateCreated < '2024-02-29'"
    ).fetchall()
    (request,) = asked(generic)
    query = request.query
    assert query["StartDate"] == "2024-02-28T00:00:00Z"
    assert query["EndDate"] == "2024-03-01T00:00:00Z"


def test_deep_values_and_whole_objects_are_read_from_one_row(cursor):
    query = "SELECT CarrierEdge, CarrierEdgeMetricsInboundJitterMax AS Jitter FROM CallSummaries"
    rows = cursor.execute(query).fetchall()
    wholes = [(json.loads(row.CarrierEdge), row.Jitter) for row in rows if row.CarrierEdge]
    wholes = [(whole, jitter) for whole, jitter in wholes if "metrics" in whole]
    assert wholes and all(whole["metrics"]["inbound"]["jitter"]["max"] == jitter for whole, jitter in wholes)
    cursor.execute("SELECT * FROM CallSummaries")
    assert "CarrierEdge" not in names(cursor) and "CarrierEdgeMetricsInboundJitterMax" in names(cursor)


# Statement, parameter, what is sent for it: the lists that the API narrows by itself.
WIDENED = [
    ("SELECT * FROM CallSummaries", "StartTime", {"30d"}),
    ("SELECT * FROM CallSummaries", "ProcessingState", {"all"}),
    ("SELECT * FROM Chat.Channels", "Type", {"public", "private"}),
    ("SELECT * FROM Serverless.Logs", "StartDate", {"2018-01-01"}),
    ("SELECT * FROM Video.Rooms", "Status", {"in-progress", "completed", "failed"}),
    ("SELECT * FROM Video.RoomParticipants", "Status", {"connected", "disconnected"}),
    ("SELECT * FROM Wireless.UsageRecords", "Start", {"2015-01-01T00:00:00Z"}),
]


@pytest.mark.parametrize(("statement", "parameter", "values"), WIDENED)
def test_lists_that_the_api_narrows_are_widened(cursor, generic, statement, parameter, values):
    rows = cursor.execute(statement).fetchall()
    assert rows
    last = statement.split(".")[-1].split()[-1]
    last = {"CallSummaries": "Summaries", "RoomParticipants": "Participants"}.get(last, last)
    assert {request.query.get(parameter) for request in asked(generic, f"/{last}")} == values
    assert len({tuple(row) for row in rows}) == len(rows)


# The oldest moment that the API takes, in days before now.
LIMITED = [
    ("SELECT * FROM TaskRouter.Events", "StartDate", 30),
    ("SELECT * FROM TaskRouter.WorkspaceStatistics", "StartDate", 30),
    ("SELECT * FROM TaskRouter.TaskQueuesStatistics", "StartDate", 30),
    ("SELECT * FROM SuperSim.UsageRecords", "StartTime", 546),
]


@pytest.mark.parametrize(("statement", "parameter", "days"), LIMITED)
def test_bounds_go_back_as_far_as_the_api_takes_them(cursor, generic, statement, parameter, days):
    cursor.execute(statement).fetchall()
    sent = [request.query[parameter] for request in generic.requests() if parameter in request.query]
    assert sent
    for text in sent:
        moment = datetime.datetime.fromisoformat(text)
        age = datetime.datetime.now(datetime.timezone.utc) - moment
        assert age < datetime.timedelta(days=days)
        assert age > datetime.timedelta(days=days * 0.95)


def test_a_predicate_takes_the_place_of_what_widens(cursor, generic):
    cursor.execute("SELECT * FROM Video.Rooms WHERE Status = 'completed'").fetchall()
    assert [request.query["Status"] for request in asked(generic)] == ["completed"]
    generic.clear()
    cursor.execute("SELECT * FROM CallSummaries WHERE StartTime >= '2024-06-01 12:00:00'").fetchall()
    assert [request.query["StartTime"] for request in asked(generic)] == ["2024-06-01T00:00:00Z"]
    generic.clear()
    cursor.execute("SELECT * FROM TaskRouter.WorkspaceStatistics WHERE StartDate = '2024-06-01 12:00:00'").fetchall()
    sent = {request.query["StartDate"] for request in generic.requests() if request.path.endswith("/Statistics")}
    assert sent == {"2024-06-01T12:00:00Z"}


def test_what_widens_is_explained(cursor):
    rows = cursor.execute("EXPLAIN SELECT * FROM CallSummaries").fetchall()
    assert any("StartTime=30d" in str(tuple(row)) and "ProcessingState=all" in str(tuple(row)) for row in rows)


def test_names_within_attributes_are_hidden_columns(connect, sim):
    cursor = connect(support.account(sim.url + "/{product}")).cursor()
    attributes = '{"topic": "Zo\u00eb\'s \\"order\\"", "importance": 3}'
    cursor.execute("INSERT INTO Conversations (FriendlyName, Attributes) VALUES ('with', ?)", attributes)
    (sid,) = cursor.execute("SELECT SCOPE_IDENTITY()").fetchone()
    cursor.execute("INSERT INTO ConversationMessages (ConversationSid, Body, Attributes) VALUES (?, 'hi', ?)", sid, attributes)
    topics = dict(tuple(row) for row in cursor.execute("SELECT Sid, AttributesTopic FROM Conversations").fetchall())
    assert topics.pop(sid) == "Zo\u00eb's \"order\"" and set(topics.values()) == {"delivery", None}
    found = cursor.execute("SELECT Sid, Attributes FROM Conversations c WHERE c.attributestopic LIKE 'Zo%' ORDER BY AttributesTopic").fetchall()
    assert [row.Sid for row in found] == [sid]
    statement = "SELECT AttributesImportance, COUNT(*) FROM ConversationMessages WHERE ConversationSid = ? GROUP BY AttributesImportance"
    assert [tuple(row) for row in cursor.execute(statement, sid).fetchall()] == [("3", 1)]
    cursor.execute("SELECT * FROM Conversations")
    names = [column[0] for column in cursor.description]
    assert "Attributes" in names and "AttributesTopic" not in names


def test_variables_of_an_environment_show_no_value(cursor, generic):
    statement = "SELECT \"Key\", \"Value\", _raw FROM Serverless.Variables"
    rows = cursor.execute(statement).fetchall()
    assert {row.Value for row in rows} == {"********", None}
    assert all(json.loads(row[2])["value"] == row.Value for row in rows)
