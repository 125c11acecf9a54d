"""What a provider's HTTP API for SMS is like, as data: a page of `http_apis/` says how a message is asked for, what
answers mean and how receipts are read. Pure. A further provider is a further page.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from hmac import compare_digest
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from services.notifications.channels.receipts import ID_CHARACTERS_MAX, STATUSES, DeliveryState
from shared.kernel import yaml_text

APIS = Path(__file__).parent / "http_apis"
RECEIPTS_MAX = 1_000
"""In one request; providers send a hundred at most unless they are asked for more."""

_NAMED = re.compile(r"\{([a-z_]+)\}")
_OF_MESSAGE = frozenset({"recipient", "digits", "text", "sender", "message_id", "receipts_url"})
_OF_ACCOUNT = frozenset({"user", "secret", "basic"})
"""What a page may name in braces. `digits` is the recipient without its plus, `receipts_url` where receipts of the
message's fund are taken, `basic` user and secret as HTTP's Basic writes them (RFC 7617)."""

Place = tuple[str | int, ...]
"""Where something stands in JSON: names of objects' members, and numbers in lists."""


class Meaning(StrEnum):
    """What an answer means for its message."""

    TAKEN = "taken"
    THROTTLED = "throttled"
    WRONG_NUMBER = "wrong-number"
    REFUSED = "refused"
    """Never, whenever it comes."""
    IN_TROUBLE = "in-trouble"
    """Not this message's fault: the account, the address or the provider. It was not sent."""
    UNKNOWN = "unknown"
    """It may have been sent."""


_REFUSED = frozenset({400, 406, 411, 413, 414, 415, 422})
_UNKNOWN = frozenset({408, 502, 504})
"""A gateway in front of the provider waited for it in vain, or lost its answer."""


class RequestForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a message is handed over. `unicode` are the fields that come beside the others where the text does not fit
    the GSM alphabet; long texts are split by the provider."""

    path: str
    fields: dict[str, Any]
    method: Literal["POST", "GET"] = "POST"
    body: Literal["json", "form", "query"] = "json"
    headers: dict[str, str] = {}
    unicode: dict[str, str] = {}


class AnswerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an answer means: the first of the places `says` where something stands, by `means`; by its HTTP status where
    that says nothing. A body of `text` is read as `code`, a colon and `text`."""

    says: tuple[Place, ...]
    means: dict[str, Meaning]
    id: Place | None = None
    body: Literal["json", "text"] = "json"


class ReceiptForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How receipts come: who sent them is proved by a header, whose value has the secret in it. `message` is where our
    own id of the message stands, `states` what a status is in the words of SMPP; others decide nothing. In a form the
    parameters of its address stand beside its fields."""

    proof_header: str
    proof: str
    message: Place
    status: Place
    states: dict[str, str]
    body: Literal["json", "form"] = "json"
    each: Place = ()
    """Where the list of receipts stands; one receipt by itself is a list of one."""


class HttpApi(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of `http_apis/`. `source` says what it was made from."""

    source: str
    request: RequestForm
    answer: AnswerForm
    receipts: ReceiptForm | None = None

    def __post_init__(self) -> None:
        form = self.request
        named = _names([form.path, form.fields, form.headers, form.unicode])
        if unknown := sorted(named - _OF_MESSAGE - _OF_ACCOUNT):
            raise ValueError(f"request names {', '.join(unknown)} in braces, which nothing has")
        if not {"text"} <= named or not named & {"recipient", "digits"}:
            raise ValueError("request names no text or no recipient")
        if form.method == "GET" and form.body != "query":
            raise ValueError("request: a GET has no body but its query")
        if self.receipts is not None and (wrong := set(self.receipts.states.values()) - set(STATUSES)):
            raise ValueError(f"receipts.states: {', '.join(sorted(wrong))} is no word of SMPP")
        if self.receipts is not None and _names(self.receipts.proof) != {"secret"}:
            raise ValueError("receipts.proof has no {secret} in it")


@cache
def api(name: str) -> HttpApi:
    """The page of a name. ValueError where there is none, or it does not add up."""
    path = APIS / f"{name}.yaml"
    known = sorted(each.stem for each in APIS.glob("*.yaml"))
    if name not in known:
        raise ValueError(f"no API {name}; there are {', '.join(known)}")
    try:
        return msgspec.convert(yaml_text.parse(path.read_text(encoding="utf-8")), HttpApi)
    except msgspec.ValidationError as wrong:
        raise ValueError(f"{path.name}: {wrong}") from wrong


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """A request as it goes out. It shows nothing of itself: text, number and secret stand in it."""

    method: str
    target: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def write(api: HttpApi, named: Mapping[str, str], *, user: str, secret: str, is_unicode: bool) -> HttpRequest:
    """The request for one message; `named` are its facts, by the names of `_OF_MESSAGE`."""
    form = api.request
    basic = b64encode(f"{user}:{secret}".encode()).decode()
    every = {**named, "user": user, "secret": secret, "basic": basic}
    fields = _filled({**form.fields, **(form.unicode if is_unicode else {})}, every)
    target = _filled(form.path, {name: quote(value, safe="") for name, value in every.items()})
    headers = {"Accept": "application/json, text/plain", **_filled(form.headers, every)}
    if form.body == "query":
        return HttpRequest(method=form.method, target=f"{target}?{urlencode(fields)}", headers=headers, body=None)
    is_json = form.body == "json"
    body = json.dumps(fields, ensure_ascii=False).encode() if is_json else urlencode(fields).encode()
    kind = "application/json" if is_json else "application/x-www-form-urlencoded"
    return HttpRequest(method=form.method, target=target, headers={**headers, "Content-Type": kind}, body=body)


@dataclass(frozen=True)
class Answer:
    """What came back for a message; `provider_id` is empty where the answer names none."""

    meaning: Meaning
    provider_id: str = ""


def read_answer(api: HttpApi, status: int, body: bytes) -> Answer:
    """What an answer means. One that says what the page does not know, or that cannot be read, says nothing of whether
    the message was sent: then it depends on the HTTP status, and of a 2xx it is unknown."""
    form, is_success = api.answer, 200 <= status < 300
    said = _parsed(body, form.body)
    words = (_at(said, place) for place in form.says)
    word = next((each for each in words if each is not None), None)
    meaning = form.means.get(_text(word))
    if meaning is Meaning.TAKEN and not is_success:
        meaning = Meaning.UNKNOWN  # status and body contradict each other
    if meaning is None:
        meaning = Meaning.UNKNOWN if is_success else _by_status(status)
    provider_id = _text(_at(said, form.id)) if form.id and meaning is Meaning.TAKEN else ""
    return Answer(meaning, provider_id if len(provider_id) <= ID_CHARACTERS_MAX else "")


def _by_status(status: int) -> Meaning:
    """Where the body says nothing. What is wrong with the account or the address (401, 402, 403, 404, a redirection)
    would be wrong for every message, and so no message is refused for it."""
    if status in _UNKNOWN:
        return Meaning.UNKNOWN
    if status == 429:
        return Meaning.THROTTLED
    return Meaning.REFUSED if status in _REFUSED else Meaning.IN_TROUBLE


@dataclass(frozen=True)
class MessageReceipt:
    """A receipt that names its message by our own id. `status` is a word of SMPP."""

    message_id: str
    delivery: DeliveryState
    status: str


def is_proved(form: ReceiptForm, header: str, *, secrets: Sequence[str]) -> bool:
    """Whether a request has the header that one of the secrets makes."""
    given = header.encode()
    return any(compare_digest(given, _filled(form.proof, {"secret": secret}).encode()) for secret in secrets)


def read_receipts(form: ReceiptForm, sent: object) -> list[MessageReceipt]:
    """The receipts of a request's body. ValueError where it is not made as the page says; its text says where."""
    found = _at(sent, form.each)
    several = found if isinstance(found, list) else [found]
    if not 1 <= len(several) <= RECEIPTS_MAX:
        raise ValueError(f"a list of 1 to {RECEIPTS_MAX} receipts")
    return [_receipt(form, each) for each in several]


def _receipt(form: ReceiptForm, each: object) -> MessageReceipt:
    message_id, said = _text(_at(each, form.message)), _text(_at(each, form.status))
    if not message_id or len(message_id) > ID_CHARACTERS_MAX or not said:
        raise ValueError("a receipt names its message and a status")
    status = form.states.get(said, "UNKNOWN")
    return MessageReceipt(message_id, STATUSES.get(status, DeliveryState.UNDER_WAY), status)


def _filled(shape: Any, named: Mapping[str, str]) -> Any:
    """A shape of a page with what it names in braces, at any depth."""
    if isinstance(shape, str):
        return _NAMED.sub(lambda found: named[found[1]], shape)
    if isinstance(shape, Mapping):
        return {name: _filled(each, named) for name, each in shape.items()}
    return [_filled(each, named) for each in shape] if isinstance(shape, list) else shape


def _names(shape: Any) -> set[str]:
    if isinstance(shape, str):
        return set(_NAMED.findall(shape))
    inner = shape.values() if isinstance(shape, Mapping) else shape if isinstance(shape, list) else ()
    return {name for each in inner for name in _names(each)}


def _parsed(body: bytes, kind: str) -> object:
    """A body as its kind has it; None where it is none of that kind."""
    try:
        if kind == "json":
            return json.loads(body)
        code, _, text = body.decode().partition(":")
        return {"code": code.strip(), "text": text.strip()}
    except (ValueError, RecursionError):
        return None


def _at(value: object, place: Place) -> object:
    """What stands at a place; None where nothing does."""
    for step in place:
        is_member = isinstance(value, Mapping) and step in value
        is_element = isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)
        if not is_member and not is_element:
            return None
        value = value[step]  # type: ignore[index]  # one of the two
    return value


def _text(value: object) -> str:
    """A word or a number, as providers write both; empty for everything else."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
