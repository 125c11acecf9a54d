"""What a request says: its JSON or query read against a schema, its idempotency key, its fingerprint."""

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import BadRequest

from shared.http.problems import BodyInvalid, FieldFault, Malformed, WrongMediaType
from shared.kernel.errors import Invalid

KEY_SHAPE = re.compile(r"^[\x21-\x7e]{1,255}$")


class MalformedJson(Malformed):
    code = "request.malformed-json"


class KeyMissing(Malformed):
    code = "request.key-missing"


class KeyMalformed(Malformed):
    code = "request.key-malformed"


class KeyReused(Invalid):
    """The key came before with another body."""

    code = "request.key-reused"


def body(schema: type[Schema]) -> Mapping[str, Any]:
    """The JSON body as the schema reads it."""
    if request.mimetype != "application/json":
        raise WrongMediaType(expected="application/json")
    try:
        sent = request.get_json()
        _must_be_text(sent)
    except (BadRequest, RecursionError, UnicodeEncodeError) as malformed:
        raise MalformedJson from malformed
    return loaded(schema, sent)


def query(schema: type[Schema]) -> Mapping[str, Any]:
    """The query string as the schema reads it; a parameter that comes twice counts once, the last time."""
    return loaded(schema, {name: values[-1] for name, values in request.args.lists()})


def key(*, is_required: bool) -> str | None:
    """The Idempotency-Key, without the quotes that the draft standard puts around it."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        if is_required:
            raise KeyMissing
        return None
    bare = sent[1:-1] if len(sent) > 1 and sent[0] == sent[-1] == '"' else sent
    if not KEY_SHAPE.fullmatch(bare):
        raise KeyMalformed
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


def _must_be_text(sent: object) -> None:
    """UnicodeEncodeError for half a surrogate pair, which JSON can escape and nothing can store or hash."""
    if b"\\ud" in request.get_data().lower():
        json.dumps(sent, ensure_ascii=False).encode()


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
