"""How a subject declares its HTTP routes.

routes = Routes("mandates")

@routes.post("/mandates/<mandate_id>/acceptance", scope="mandates:accept", response=MandateView)
def accept(uow, mandate_id):
    return actions.accept(uow, mandate_id=mandate_id)

Every path lies under `/v1/<fund>`. A handler gets its unit of work, then the query, the body and the headers where it
takes them, then the parts of its path. A GET only reads, unless an agent's access is recorded or the answer is also
sent later, and so does a POST that is read-only; every other method runs in one transaction. That of a dry run is
aborted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from marshmallow import Schema

from shared.http.conditions import Loader
from shared.storage.service_context import ServiceContext

Handler = TypeVar("Handler", bound=Callable[..., object])

ANYONE = ""
"""What a route needs that is open to the public. Written out, so that no route is open by omission."""

IDEMPOTENCY_KEY = "Idempotency-Key"

BODY_BYTES_MAX = 64 * 1024


class BodyReader(Protocol):
    """Reads a body that is not JSON, such as files, before the unit of work begins."""

    @property
    def size_max(self) -> int:
        """Of the whole body, in bytes."""
        ...

    def read(self, context: ServiceContext, fund_id: str) -> object: ...

    def describe(self) -> Mapping[str, Any]:
        """The body as an OpenAPI request body."""
        ...


@dataclass(frozen=True)
class Download:
    """Bytes for a person to keep: what a handler returns whose route shows a `Downloads`."""

    content: bytes
    media_type: str
    file_name: str


@dataclass(frozen=True)
class Downloads:
    """What a route shows that answers with bytes of one media type."""

    media_type: str


Shown = type[Schema] | Downloads | None


@dataclass(frozen=True, kw_only=True)
class Route:
    """One operation: who may, what it reads, what it shows."""

    subject: str
    method: str
    path: str
    scope: str
    handler: Callable[..., object]
    query: type[Schema] | None = None
    request: type[Schema] | BodyReader | None = None
    headers: type[Schema] | None = None
    """The headers that the handler reads, beside those that every route has."""
    response: Shown = None
    status: int = 200
    is_keyed: bool = False
    key_header: str = IDEMPOTENCY_KEY
    """The header with the key of a request, where a foreign standard gives it another name."""
    refusal: type[Schema] | None = None
    """A `Problem` with what a foreign standard says of a request that is not as it should be: with 400, where ours is
    422. That is made of a `ForeignRefusal`."""
    is_journaled: bool = False
    is_sent_later: bool = False
    """Whether a GET saves the answer for every caller, to be sent once more later: it runs in a transaction."""
    is_reference: bool = False
    """Whether the response is the fund's own definition, the same for every caller: it may be cached for a while."""
    is_read_only: bool = False
    """Whether a POST only reads: what it asks is too much, or too personal, for an address."""
    is_dry_run: bool = False
    """Whether a POST does what another one would, in a transaction that is never committed."""
    edits: Loader | None = None
    """Loads the thing that it changes, to hold its version against If-Match where the caller sends one."""

    @property
    def name(self) -> str:
        return f"{self.subject}.{self.handler.__name__}"

    @property
    def rule(self) -> str:
        return f"/v1/<fund>{self.path}"

    @property
    def is_saving(self) -> bool:
        """Whether it is a request that is saved: its answer is stored under its key."""
        return self.method != "GET" and not self.is_read_only and not self.is_dry_run


class Routes:
    """The routes of one subject. `about` describes them in the API documents."""

    def __init__(self, subject: str, *, about: str = "") -> None:
        self.subject = subject
        self.about = about
        self.all: list[Route] = []

    def get(
        self,
        path: str,
        *,
        scope: str,
        response: Shown,
        query: type[Schema] | None = None,
        headers: type[Schema] | None = None,
        refusal: type[Schema] | None = None,
        status: int = 200,
        is_journaled: bool = False,
        is_sent_later: bool = False,
        is_reference: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Answer what there is. `is_journaled` runs it in a transaction for the fund's staff, since their access is
        recorded; `is_sent_later` for everybody, since the answer is also sent. `is_reference` lets callers cache the
        response: it comes from the fund's definition alone.
        """
        return self._add(
            "GET",
            path,
            scope=scope,
            response=response,
            query=query,
            headers=headers,
            refusal=refusal,
            status=status,
            is_journaled=is_journaled,
            is_sent_later=is_sent_later,
            is_reference=is_reference,
        )

    def post(
        self,
        path: str,
        *,
        scope: str,
        response: Shown = None,
        request: type[Schema] | BodyReader | None = None,
        headers: type[Schema] | None = None,
        refusal: type[Schema] | None = None,
        status: int = 200,
        is_keyed: bool = False,
        key_header: str = IDEMPOTENCY_KEY,
        is_read_only: bool = False,
        is_dry_run: bool = False,
        edits: Loader | None = None,
    ) -> Callable[[Handler], Handler]:
        """Do something. `is_keyed` refuses a request without Idempotency-Key (of a foreign standard: `key_header`), for
        all that moves or promises money. `is_read_only` keeps nothing, not even the response, and so takes no key.
        No more does `is_dry_run`, which does what another route would, and saves none of it.
        `edits` loads the thing that is changed, from the work and the parts of the path, for callers who send If-Match.
        """
        return self._add(
            "POST",
            path,
            scope=scope,
            response=response,
            request=request,
            headers=headers,
            refusal=refusal,
            status=status,
            is_keyed=is_keyed,
            key_header=key_header,
            is_read_only=is_read_only,
            is_dry_run=is_dry_run,
            edits=edits,
        )

    def put(
        self,
        path: str,
        *,
        scope: str,
        response: Shown = None,
        request: type[Schema] | None = None,
        edits: Loader | None = None,
    ) -> Callable[[Handler], Handler]:
        """Set something to what is sent. `edits` is as for `post`."""
        return self._add("PUT", path, scope=scope, response=response, request=request, edits=edits)

    def delete(self, path: str, *, scope: str, edits: Loader | None = None) -> Callable[[Handler], Handler]:
        """Remove something; the answer is empty. `edits` is as for `post`."""
        return self._add("DELETE", path, scope=scope, edits=edits)

    def _add(self, method: str, path: str, **facts: Any) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.all.append(Route(subject=self.subject, method=method, path=path, handler=handler, **facts))
            return handler

        return register
