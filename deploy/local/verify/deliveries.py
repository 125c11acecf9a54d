"""I14: one SMS and one e-mail arrived for each message that was sent, and none for any other: by the message centre.
And each campaign wrote as many messages as it says.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from deploy.local.verify.answer import Look
from deploy.local.verify.seen import Seen

CENTRE_WAIT_S = 30
CHANNELS = {"sms": "sms", "email": "mail"}
"""The centre's word for each of ours; what stands in a person's inbox leaves by neither."""
CAMPAIGN_READ_FOR = timedelta(days=365)
"""Its messages are kept a little longer than that."""
MAY_HAVE_ARRIVED = {"sent", "undelivered", "unknown", "queued"}
"""`unknown`: no answer came, twice. `queued`: its answer is on its way, or was lost and it is retried. `undelivered`:
the centre took it, and its receipt said that it did not reach the telephone."""


def ask(seen: Seen, look: Look) -> None:
    if not seen.messages:
        look.cannot("there is no message centre")
        return
    arrived: dict[tuple[str, str], int] = {}
    for message in _received(seen.messages):
        key = (message["channel"], message["message_id"].partition("@")[0])
        arrived[key] = arrived.get(key, 0) + message["count"]
    look.at("messages arrived", len(arrived))
    for (channel, message_id), count in arrived.items():
        if count > 1:
            look.offends(f"{channel} {message_id} arrived {count} times")
    if "notifications" in seen.databases:
        _against_ours(seen, look, {message_id for _, message_id in arrived})


def _against_ours(seen: Seen, look: Look, arrived: set[str]) -> None:
    known: set[str] = set()
    by_text: Counter[str] = Counter()
    for row in seen.rows("notifications", "messages", "message_id", "channel", "status", "template"):
        by_text[row["template"]] += 1
        if row["channel"] not in CHANNELS:
            continue
        look.at("messages sent")
        message_id = row["message_id"]
        known.add(message_id)
        if row["status"] == "sent" and message_id not in arrived:
            look.offends(f"{row['channel']} {message_id} was sent and did not arrive")
        if row["status"] not in MAY_HAVE_ARRIVED and message_id in arrived:
            look.offends(f"{row['channel']} {message_id} is {row['status']} and arrived")
    for message_id in sorted(arrived - known):
        look.offends(f"{message_id} arrived, and nobody here sent it")
    for row in seen.rows("notifications", "message_campaigns", "campaign_id", "progress", "written_at"):
        if row["written_at"] < datetime.now(UTC) - CAMPAIGN_READ_FOR:
            continue
        look.at("campaigns")
        said, written = row["progress"]["messages"], by_text[row["campaign_id"]]
        if said != written:
            look.offends(f"campaign {row['campaign_id']} says that it wrote {said} messages, and wrote {written}")


def _received(centre: str) -> Iterator[dict[str, Any]]:
    after = 0
    while found := requests.get(f"{centre}/messages", params={"after": after}, timeout=CENTRE_WAIT_S).json()[
        "messages"
    ]:
        yield from found
        after = found[-1]["number"]
