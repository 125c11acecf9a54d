"""An operator of mobile money's own side: `python docs/examples/as_an_operator.py <reference> [<folder of secrets>]`.

The reference is one that an employer of tn-cnss was given for a mobile payment: the portal shows it beside what is due.
In a local run the operator's key lies in `var/secrets`.
"""

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from himaya import Client, Refused
from joserfc.jwk import ECKey
from machine import Token

FUND, CLIENT_ID, SCOPE = "tn-cnss", "mobile-operator", "mobile-money:read mobile-money:pay"
PAYER_FI = "MAHFADHA"


def main(reference: str, folder: str = "var/secrets") -> None:
    key = ECKey.import_key(Path(folder, "operator-client.key.pem").read_text())
    work(Client(FUND, token=Token(FUND, CLIENT_ID, SCOPE, key).text), reference)


def work(client: Client, reference: str) -> None:
    """A day of an operator with one payer."""
    bill = client.get("payments", f"/mobile-money/references/{reference}")
    print(
        f"{bill['payer']}: {bill['amount']} {bill['currency']} today; from {bill['next_on']} on {bill['amount_next']}"
    )
    payment_id = f"op-{uuid.uuid4()}"
    taken = pay(client, bill, payment_id=payment_id)
    print(f"taken: receipt {taken['receipt']}")
    refused_twice(client, bill)
    day = day_is_over(client, bill, taken)
    print(
        f"the day: {day['net']} {day['currency']} to pay in under {day['reference']}, {day['differences_count']} differ"
    )


def pay(client: Client, bill: dict[str, Any], *, payment_id: str) -> dict[str, Any]:
    """Begin, debit the payer, confirm. Where no answer comes, the same is sent again: the id makes it one payment."""
    path = f"/mobile-money/payments/{payment_id}"
    terms = {"reference": bill["reference"], "amount": bill["amount"]}
    client.send("PUT", "payments", path, json=terms, key=payment_id)
    # … here the operator debits the payer's account; where it cannot: PUT …/cancellation
    took = {**terms, "taken_at": datetime.now(UTC).isoformat()}
    client.send("PUT", "payments", f"{path}/confirmation", json=took, key=payment_id)
    return client.send("PUT", "payments", f"{path}/confirmation", json=took, key=payment_id).json()


def refused_twice(client: Client, bill: dict[str, Any]) -> None:
    """A reference that is paid is refused before anybody's account is debited a second time."""
    terms = {"reference": bill["reference"], "amount": bill["amount"]}
    try:
        client.send("PUT", "payments", f"/mobile-money/payments/op-{uuid.uuid4()}", json=terms)
    except Refused as refused:
        print(f"{refused.status} {refused.code}: {refused.detail}")
    else:
        raise AssertionError("it was paid before")


def pay_in_govstack_words(client: Client, bill_id: str, *, payment_id: str) -> dict[str, Any]:
    """The same by GovStack's bill payment API. A payment has an id of at most 16 characters; each request has one of
    its own, which is sent again where no answer comes."""
    headers = {"X-Platform-TenantId": FUND, "X-PayerFI-Id": PAYER_FI, "X-CorrelationID": uuid.uuid4().hex[:20]}
    bill = client.send("GET", "payments", f"/govstack/bills/{bill_id}", headers=headers).json()["billDetails"]
    # … here the operator debits the payer's account
    body = {
        "requestID": "000000000001",
        "billId": bill_id,
        "PaymentReferenceID": payment_id,
        "amount": bill["amount"],
        "paidAt": datetime.now(UTC).isoformat(),
    }
    path, key = "/govstack/billTransferRequests", headers["X-CorrelationID"]
    return client.send("POST", "payments", path, headers=headers, json=body, key=key).json()


def day_is_over(client: Client, bill: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
    """The file of all payments of the day, in the columns that were agreed; the answer names what differs."""
    row = (taken["payment_id"], bill["reference"], taken["amount"].replace(".", ","), taken["taken_at"], "0,000")
    file = "\n".join(("id_paiement;reference;montant;date_heure;commission", ";".join(row)))
    path = f"/mobile-money/days/{taken['taken_at'][:10]}/file"
    sent = client.send(
        "POST", "payments", path, data=file.encode(), headers={"Content-Type": "text/csv"}, key=bill["reference"]
    )
    return sent.json()


if __name__ == "__main__":
    main(*sys.argv[1:])
