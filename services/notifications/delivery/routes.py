"""The HTTP route by which providers bring receipts."""

from collections.abc import Sequence

from services.notifications.channels.http_api import MessageReceipt
from services.notifications.channels.receipts import DeliveryState
from services.notifications.delivery import actions, rules
from services.notifications.delivery.receipt_webhook import ReceiptsBody
from shared.http.routes import ANYONE, Routes
from shared.storage.unit_of_work import UnitOfWork

routes = Routes("sms_receipts", about="What the provider of SMS tells about messages that it took.")


@routes.post("/sms/receipts", scope=ANYONE, request=ReceiptsBody())
def receive(uow: UnitOfWork, receipts: Sequence[MessageReceipt]) -> None:
    """Take in delivery receipts, as the provider's own API writes them. No token: a secret in the provider's header
    says who sends. One that comes again, or of a message that is not known, changes nothing."""
    said = {
        each.message_id: rules.undelivered_reason(each.delivery, each.status)
        for each in reversed(receipts)
        if each.delivery is not DeliveryState.UNDER_WAY
    }
    actions.receive(uow, said)
