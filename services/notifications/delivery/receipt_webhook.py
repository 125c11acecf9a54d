"""How a provider's receipts are read: first the proof of who sends them, then the body, as the page of its API has it
(`channels/http_apis`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, current_app, request

from services.notifications.channels import http_api
from services.notifications.channels.http_api import MessageReceipt, ReceiptForm
from shared.http import bodies
from shared.http.problems import WrongMediaType
from shared.kernel.errors import Forbidden, Invalid
from shared.storage.service_context import ServiceContext

BODY_BYTES_MAX = 256 * 1024
"""A hundred receipts are some 70 kB."""
FIELDS_MAX = 100

EXAMPLE = {
    "results": [
        {"messageId": "3f0c", "callbackData": "3f0c", "to": "213550123456", "status": {"groupName": "DELIVERED"}}
    ]
}

_PROOF = "sms-receipts"
_MEDIA_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


class ReceiptsNotProved(Forbidden):
    """The request has no secret of ours in the provider's header, or no provider brings receipts here."""

    code = "sms-receipts.not-proved"


class ReceiptsMalformed(Invalid):
    """The body is not made as the provider's API has it."""

    code = "sms-receipts.malformed"


@dataclass(frozen=True)
class ReceiptProof:
    """How receipts come, and the secrets that they may bring; without a form none come."""

    form: ReceiptForm | None
    secrets: Sequence[str] = field(repr=False)


class ReceiptsBody:
    """Reads a request's body where the provider sent it."""

    size_max = BODY_BYTES_MAX

    def read(self, context: ServiceContext, fund_id: str) -> list[MessageReceipt]:
        proof: ReceiptProof | None = current_app.extensions.get(_PROOF)
        form = proof.form if proof else None
        if proof is None or form is None:
            raise ReceiptsNotProved
        if not http_api.is_proved(form, request.headers.get(form.proof_header, ""), secrets=proof.secrets):
            raise ReceiptsNotProved
        if request.mimetype != _MEDIA_TYPES[form.body]:
            raise WrongMediaType(expected=_MEDIA_TYPES[form.body])
        sent = bodies.read_json(bodies.raw()) if form.body == "json" else _form(bodies.raw())
        try:
            return http_api.read_receipts(form, sent)
        except ValueError:
            raise ReceiptsMalformed from None

    def describe(self) -> Mapping[str, Any]:
        shape = {"type": "object", "description": "Receipts, as the provider's own API has them."}
        form = {**shape, "description": "One receipt; further facts of it may stand in the address."}
        return {
            "required": True,
            "description": "Of one kind of the two: that of the API by which SMS leave.",
            "content": {
                _MEDIA_TYPES["json"]: {"schema": shape, "example": EXAMPLE},
                _MEDIA_TYPES["form"]: {"schema": form, "example": {"MessageSid": "SM90", "MessageStatus": "delivered"}},
            },
        }


def _form(raw: bytes) -> Mapping[str, str]:
    """The fields of a form, and beside them the parameters of its address."""
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise ReceiptsMalformed from None
    return {**request.args.to_dict(), **dict(fields)}


def proof_for_app(form: ReceiptForm | None, *, secrets: Sequence[str]) -> Blueprint:
    """A blueprint without routes that gives its app the proof: routes are declared on import, settings come later."""
    blueprint = Blueprint("sms-receipts-proof", __name__)
    blueprint.record(lambda state: state.app.extensions.__setitem__(_PROOF, ReceiptProof(form, secrets)))
    return blueprint
