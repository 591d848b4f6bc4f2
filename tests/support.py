"""What the tests share: the simulator, connection strings, the rows that the simulated account begins with."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RELEASE = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
LIBRARY = RELEASE / "libtwilioodbc.so"
# Before the tests put another in its place.
HOME = Path.home()

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "00000000000000000000000000000001"
SUBACCOUNT = "AC00000000000000000000000000000002"
SUBACCOUNT_TOKEN = "00000000000000000000000000000002"
SUSPENDED = "AC00000000000000000000000000000003"
SUSPENDED_TOKEN = "00000000000000000000000000000003"
MAIN_KEY = ("SK00000000000000000000000000000001", "10000000000000000000000000000001")
STANDARD_KEY = ("SK00000000000000000000000000000002", "20000000000000000000000000000002")
RESTRICTED_KEY = ("SK00000000000000000000000000000003", "30000000000000000000000000000003")

# Conferences in progress, newest first, with how many participants each has.
ALL_HANDS = "CFc85e84f460206f763ac9f6f24e4536b9"
SUPPORT = "CF5843bda0e992d145a0c989a33e2ba7d0"
SALES = "CF369eae0b0ca19112bff1c540c5b832c7"
CAFE = "CFc7ab56057c8da907d3ae3c614bed5c8f"
NAMELESS = "CF4d5cb825dfaab05b85f35d0f1093854d"
LOBBY = "CF89242d2dd9d4a40dd69227ef8ecd3cc8"
IN_PROGRESS = {ALL_HANDS: 3, SUPPORT: 5, SALES: 3, CAFE: 2, NAMELESS: 1, LOBBY: 0}
WAITING_ROOM = "CF5ddad83b4e874068d70b8d5e8b6e61e1"
CONFERENCES = 26

# The participants of "Support line", newest first.
EXPERT = "CAbb0802c412d354cb023353e84aa5bb51"
UNLABELLED = "CA1c4a97a6edc2a958b9a537afb171eb88"
CUSTOMER = "CA040a2076f607ff2334d4bf63f2f595c9"
SUPERVISOR = "CA7bb3c45c597cdb85b9121c15ab831fd5"
AGENT = "CAbaee56f32e2230078694862893491ef0"
SUPPORT_CALLS = [EXPERT, UNLABELLED, CUSTOMER, SUPERVISOR, AGENT]

# Messages, and the files of the one with most of them, newest first.
MESSAGES = 30
PHOTOS = "MM5843bda0e992d145a0c989a33e2ba7d0"
PHOTO_FILES = [
    "ME57035734ac7cbf882504222f2c70797e",
    "ME47ee2c32534da9bafe3953b6022715f0",
    "ME4a667216a92ae8b52bc6801687a92d74",
]
# The other messages that have files, one each, newest first.
WITH_MEDIA = [
    "MM9e393b0c7e7e6bd13abc41d86d7d753b",
    "MMe9a8efc723bbe32da78d267e1246b71e",
    "MMf7db8d49d15cf8c56b85a9ba74829ae0",
]

# SIDs of the right form that nothing has.
NO_CALL = "CA" + "f" * 32
NO_CONFERENCE = "CF" + "f" * 32
NO_MESSAGE = "SM" + "f" * 32

PARTICIPANT_COLUMNS = [
    "CallSid", "ConferenceSid", "AccountSid", "CallSidToCoach", "Label", "Coaching", "EndConferenceOnExit", "Muted",
    "Hold", "StartConferenceOnEnter", "DateCreated", "DateUpdated", "Status", "Uri", "QueueTime",
]  # fmt: skip
CONFERENCE_COLUMNS = [
    "Sid", "AccountSid", "DateCreated", "DateUpdated", "ApiVersion", "Name", "Region", "Status", "Uri",
    "SubresourceUris", "ReasonConferenceEnded", "CallSidEndingConference",
]  # fmt: skip

MESSAGE_COLUMNS = [
    "Sid", "AccountSid", "To", "Sender", "Body", "Direction", "Status", "DateCreated", "DateSent", "DateUpdated",
    "NumSegments", "NumMedia", "Price", "PriceUnit", "ErrorCode", "ErrorMessage", "MessagingServiceSid", "ApiVersion",
    "Uri", "SubresourceUris",
]  # fmt: skip
CALL_COLUMNS = [
    "Sid", "AccountSid", "ParentCallSid", "To", "ToFormatted", "From", "FromFormatted", "CallerName", "ForwardedFrom",
    "Direction", "AnsweredBy", "Status", "DateCreated", "DateUpdated", "StartTime", "EndTime", "Duration", "QueueTime",
    "Price", "PriceUnit", "PhoneNumberSid", "GroupSid", "TrunkSid", "ApiVersion", "Uri", "SubresourceUris",
]  # fmt: skip
MEDIA_COLUMNS = ["Sid", "MessageSid", "AccountSid", "ContentType", "DateCreated", "DateUpdated", "Uri"]


@dataclass(frozen=True)
class Request:
    """A request as the simulator saw it; `path` without what every path of the main account begins with."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, str]
    pairs: list[tuple[str, str]]
    user: str
    status: int | None

    @staticmethod
    def read(entry: dict[str, Any]) -> Request:
        path = entry["path"].removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}/")
        pairs = [tuple(pair) for pair in entry["body"]["pairs"]]
        query = dict(entry["query"]["pairs"])
        user = entry["authorization_user"]
        return Request(entry["method"], path, query, dict(pairs), pairs, user, entry["status"])

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Simulator:
    """A running `twilio-sim`."""

    def __init__(self, *options: str, max_seconds: int = 1800) -> None:
        # Ends by itself, should this process not come to ending it.
        command = [RELEASE / "twilio-sim", "--port", "0", "--max-seconds", str(max_seconds), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()
        assert self.url.startswith("http://127.0.0.1:"), "twilio-sim did not start"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def _control(self, method: str, name: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{name}", data=data, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def reset(self) -> None:
        self._control("POST", "reset")

    def clear(self) -> None:
        """Forgets the requests so far."""
        self._control("DELETE", "requests")

    def log(self) -> list[dict[str, Any]]:
        return self._control("GET", "requests")

    def requests(self) -> list[Request]:
        return [Request.read(entry) for entry in self.log()]

    def lines(self) -> list[str]:
        return [str(request) for request in self.requests()]

    def fault(self, kind: str, **fields: Any) -> None:
        """Makes requests fail; see the simulator's README. `method` and `path` choose which."""
        match = {"method": fields.pop("method", None), "path_contains": fields.pop("path", None)}
        match = {key: value for key, value in match.items() if value}
        self._control("POST", "faults", {"faults": [{"kind": kind, **fields, "match": match}]})

    def lists(self) -> list[dict[str, str]]:
        """Product and path of every list whose rows are the simulator's own, not synthetic."""
        return self._control("GET", "lists")["lists"]

    def effects(self) -> dict[str, int]:
        return self._control("GET", "effects")

    def world(self, account: str = ACCOUNT) -> dict[str, dict[str, Any]]:
        """Conferences by their SIDs, each with its participants by call under `participants`."""
        return {
            room["conference"]["sid"]: {
                **room["conference"],
                "participants": {one["call_sid"]: one for one in room["participants"]},
            }
            for room in self._control("GET", "world")[account]
        }

    def listed(self, path: str, items: str) -> list[dict[str, Any]]:
        """The items that the API lists for the main account, up to 1000."""
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT}/{path}?PageSize=1000"
        credentials = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        request = urllib.request.Request(url, headers={"Authorization": f"Basic {credentials}"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.load(answer)[items]

    def participant(self, call: str, conference: str = SUPPORT) -> dict[str, Any] | None:
        return self.world()[conference]["participants"].get(call)


def string(**keywords: object) -> str:
    """A connection string."""
    return "".join(f"{key}={value};" for key, value in keywords.items())


def account(base_url: str, **keywords: object) -> str:
    """A connection string without a data source for the main account."""
    given = {"Driver": "Twilio", "AccountSid": ACCOUNT, "AuthToken": TOKEN, "BaseUrl": base_url}
    return string(**{**given, **keywords})


def clean_environment(folder: Path) -> None:
    """Takes out of this process's environment whatever would change what a connection does."""
    for name in list(os.environ):
        if name.startswith("TWILIO_") or name.lower().endswith("_proxy") or name == "ODBCINSTINI":
            del os.environ[name]
    # isql writes its history there.
    os.environ["HOME"] = str(folder)
