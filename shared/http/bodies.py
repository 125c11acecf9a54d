"""What a request says: its JSON or query read against a schema, its idempotency key, its fingerprint."""

import functools
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import request
from marshmallow import Schema, ValidationError

from shared.http.problems import BodyInvalid, FieldFault, Malformed, TooLarge, WrongMediaType
from shared.kernel.errors import Invalid

NESTED_MAX = 32
"""Objects and lists inside each other in a JSON body; no schema of ours has more than a few."""
NAME_SHOWN_MAX = 40

KEY_SHAPE = re.compile(r"^[\x21-\x7e]{1,255}$")


class MalformedJson(Malformed):
    """The body is no JSON in UTF-8 (RFC 8259, 8.1), or holds what JSON does not have, such as NaN."""

    code = "request.malformed-json"


class NameRepeated(Malformed):
    """An object names a member twice: which of the two is meant, every reader decides otherwise."""

    code = "request.json-name-twice"


class NestedTooDeep(Malformed):
    code = "request.json-too-deep"


class IdempotencyKeyMissing(Malformed):
    code = "request.key-missing"


class IdempotencyKeyMalformed(Malformed):
    code = "request.key-malformed"


class IdempotencyKeyReused(Invalid):
    """The key came before with another body."""

    code = "request.key-reused"


def body(schema: type[Schema]) -> Mapping[str, Any]:
    """The JSON body as the schema reads it."""
    if request.mimetype != "application/json":
        raise WrongMediaType(expected="application/json")
    return loaded(schema, read_json(raw()))


def raw() -> bytes:
    """The whole body, whatever is in it. Raises `TooLarge`."""
    found, size_max = request.get_data(cache=True), request.max_content_length
    if size_max is not None and len(found) >= size_max and request.environ["wsgi.input"].read(1):
        raise TooLarge(size_max=size_max)  # of what comes in chunks, werkzeug reads as much and leaves the rest
    return found


def read_json(raw: bytes) -> Any:
    """The value that JSON in UTF-8 says: a value that can be stored, and that all readers read the same."""
    twice: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                twice.append(name)
            found[name] = value
        return found

    try:
        text = raw.decode("utf-8-sig")
        sent = json.loads(text, object_pairs_hook=members, parse_constant=_no_constant, parse_float=_finite)
        if "\\ud" in text.lower():  # half a surrogate pair can be escaped, and neither stored nor hashed
            json.dumps(sent, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as malformed:
        raise MalformedJson from malformed
    if twice:
        raise NameRepeated(name=twice[0][:NAME_SHOWN_MAX])
    if _is_deeper(sent, NESTED_MAX):
        raise NestedTooDeep(nested_max=NESTED_MAX)
    return sent


def query(schema: type[Schema]) -> Mapping[str, Any]:
    """The query string as the schema reads it; a parameter that comes twice counts once, the last time."""
    return loaded(schema, {name: values[-1] for name, values in request.args.lists()})


def headers(schema: type[Schema]) -> Mapping[str, Any]:
    """Those headers that the schema names, as it reads them."""
    names = [field.data_key or name for name, field in made(schema).load_fields.items()]
    return loaded(schema, {name: request.headers[name] for name in names if name in request.headers})


def key(header: str, *, is_required: bool) -> str | None:
    """The key of a request, without the quotes that the draft standard puts around it."""
    sent = request.headers.get(header)
    if sent is None:
        if is_required:
            raise IdempotencyKeyMissing
        return None
    bare = sent[1:-1] if len(sent) > 1 and sent[0] == sent[-1] == '"' else sent
    if not KEY_SHAPE.fullmatch(bare):
        raise IdempotencyKeyMalformed
    return bare


def fingerprint(read: object) -> str:
    """What makes this request the same as another: method, path and what was read from it."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if request.mimetype == "application/json":
        digest.update(request.get_data(cache=True))
    else:
        digest.update(repr(read).encode())
    return digest.hexdigest()


@functools.cache
def made(schema: type[Schema]) -> Schema:
    """The one instance of a schema: to make it costs more than to use it, and using it changes nothing in it."""
    return schema()


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number beyond every number")
    return number


def _is_deeper(value: Any, most: int) -> bool:
    """Whether objects and lists lie in each other more than `most` times."""
    level = [value]
    for _ in range(most + 1):
        held = [each for each in level if isinstance(each, dict | list)]
        if not held:
            return False
        level = [inner for each in held for inner in (each.values() if isinstance(each, dict) else each)]
    return True


def loaded(schema: type[Schema], sent: Any) -> Mapping[str, Any]:
    """What was sent as the schema reads it, or `BodyInvalid` with every fault."""
    try:
        found: Mapping[str, Any] = made(schema).load(sent)
    except ValidationError as refused:
        raise BodyInvalid(list(_faults(refused.messages))) from refused
    return found


def _faults(messages: Any, path: str = "") -> Iterator[FieldFault]:
    """marshmallow's tree of messages, as one fault per field."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _faults(inner, f"{path}.{name}" if path else str(name))
        return
    said = str(messages[0])
    code = {"Missing data for required field.": "missing", "Unknown field.": "unknown"}.get(said, "invalid")
    yield FieldFault(path.removeprefix("_schema") or "body", f"request.field-{code}")
