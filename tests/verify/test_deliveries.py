"""I14: a message that came twice, never, or from nowhere is named. The message centre is a running program."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from deploy.local.verify import deliveries
from deploy.local.verify.seen import Seen
from shared.storage.service_context import now
from tests.simulators.message_centre import Centre, message_centre
from tests.verify.seen_of_one import Documents, seen_of
from tests.verify.town import found


@pytest.fixture
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with message_centre(tmp_path_factory.mktemp("messages")) as running:
        yield running


def _mail(centre: Centre, message_id: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "fund@x.example", "a@x.example", f"<{message_id}@x.example>"
    mail.set_content("x")
    centre.send_mail(mail)


def _publish(
    database: Documents, message_id: str, *, status: str = "sent", channel: str = "email", template: str = "claim-paid"
) -> None:
    database["messages"].insert_one(
        {
            "_id": f"dz-cnas:{message_id}",
            "message_id": message_id,
            "channel": channel,
            "status": status,
            "template": template,
        }
    )


def _campaign(database: Documents, campaign_id: str, *, messages: int, at: datetime) -> None:
    row = {"campaign_id": campaign_id, "progress": {"messages": messages}, "written_at": at}
    database["message_campaigns"].insert_one({"_id": f"dz-cnas:{campaign_id}", **row})


def test_messages_arrive_once_each_as_they_were_sent(centre: Centre, database: Documents) -> None:
    seen: Seen = seen_of("notifications", database, messages=centre.url)
    for message_id in ("m1", "m2", "m3"):
        _mail(centre, message_id)
    _publish(database, "m1")
    _publish(database, "m2", status="unknown")
    _publish(database, "m3", status="queued")
    _publish(database, "m4", channel="inbox")
    _publish(database, "m5", status="failed")
    assert found(seen, deliveries.ask) == []
    _mail(centre, "m1")
    _mail(centre, "m5")
    _mail(centre, "m6")
    _publish(database, "m7")
    wrong: list[Any] = sorted(found(seen, deliveries.ask))
    assert wrong == [
        "email m5 is failed and arrived",
        "email m7 was sent and did not arrive",
        "m6 arrived, and nobody here sent it",
        "mail m1 arrived 2 times",
    ]


def test_a_campaign_that_wrote_more_or_fewer_than_it_says_is_named(centre: Centre, database: Documents) -> None:
    seen: Seen = seen_of("notifications", database, messages=centre.url)
    for number in range(3):
        _publish(database, f"m{number}", channel="inbox", template="c1")
    _campaign(database, "c1", messages=3, at=now())
    _campaign(database, "old", messages=9, at=now() - timedelta(days=500))
    assert found(seen, deliveries.ask) == []
    _campaign(database, "c2", messages=2, at=now())
    assert found(seen, deliveries.ask) == ["campaign c2 says that it wrote 2 messages, and wrote 0"]
