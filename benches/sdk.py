"""Lists an account's messages by Twilio's own Python library, which is told to ask the simulator.

    python sdk.py BASE-URL ACCOUNT TOKEN PAGE-SIZE TIMES

Every attribute that stands for a column of `Messages` is read. PAGE-SIZE is what pages are asked for; with 0 the library asks
for none, and Twilio gives 50 messages. Prints a line of JSON for each time: rows and seconds.
"""

from __future__ import annotations

import json
import sys
import time
from urllib.parse import urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ATTRIBUTES = [
    "sid", "account_sid", "to", "from_", "body", "direction", "status", "date_created", "date_sent", "date_updated",
    "num_segments", "num_media", "price", "price_unit", "error_code", "error_message", "messaging_service_sid",
    "api_version", "uri", "subresource_uris",
]  # fmt: skip


class ToSimulator(TwilioHttpClient):
    """Sends every request to another host, whatever the library makes of its own."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url
        # No proxy of the environment's stands between.
        self.session.trust_env = False

    def request(self, method: str, url: str, *arguments, **keywords):
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, f"{self.base_url}{parts.path}{query}", *arguments, **keywords)


def main(base_url: str, account: str, token: str, size: str, times: str) -> None:
    client = Client(account, token, http_client=ToSimulator(base_url))
    client.conferences.list(limit=1, page_size=1)
    for _ in range(int(times)):
        began = time.perf_counter()
        rows = 0
        for message in client.messages.stream(page_size=int(size) or None):
            for name in ATTRIBUTES:
                getattr(message, name)
            rows += 1
        print(json.dumps({"rows": rows, "seconds": time.perf_counter() - began}), flush=True)


main(*sys.argv[1:])
