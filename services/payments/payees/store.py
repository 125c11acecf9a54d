"""Where payees are kept. Their fields come encrypted and stay so."""

from services.payments.payees.payee import Payee
from shared.kernel.errors import Missing
from shared.kernel.personal import DataClass
from shared.storage.repository import Index, Repository
from shared.storage.retention import BY_LAW


class PayeeUnknown(Missing):
    code = "payee.unknown"


payees = Repository(
    "payees",
    Payee,
    key="person_ref",
    missing=PayeeUnknown,
    retention=BY_LAW,
    indexes=[Index(())],
    received_encrypted={"civil": DataClass.CIVIL, "bank": DataClass.BANK},
    associated_data="person_ref",
)
