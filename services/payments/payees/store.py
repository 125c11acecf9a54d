"""Where payees are kept. Their fields come sealed and stay so."""

from services.payments.payees.payee import Payee
from shared.kernel.errors import Missing
from shared.storage.shelf import Shelf


class PayeeUnknown(Missing):
    code = "payee.unknown"


payees = Shelf("payees", Payee, key="person_ref", missing=PayeeUnknown)
