"""What a service is made of, declared once in its `wiring.py`; nothing connects until a process starts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from environs import Env
from flask import Blueprint

from shared.bus.reactions import Reactions
from shared.encryption.keys import from_file
from shared.funds.fund import Fund
from shared.funds.loading import FundsInvalid, load
from shared.http import fields, openapi
from shared.http.callers import KeysFromUrl, PublicKeys, Verifier
from shared.http.fields import FieldDescriptions
from shared.http.routes import Routes
from shared.jobs import queue
from shared.jobs.job import JobKind
from shared.languages.texts import Texts, read
from shared.process import auditing, backfills, purging
from shared.process.backfills import Backfill
from shared.process.operations.routes import routes as operations
from shared.process.periodic_tasks import PeriodicTask
from shared.process.settings import Common
from shared.storage import indexes, operator_acts, sessions
from shared.storage.connection import connect
from shared.storage.indexes import DeclaredIndex
from shared.storage.repository import Repository
from shared.storage.retention import Retention
from shared.storage.service_context import ServiceContext

HTTP_TEXTS = Path(__file__).parent.parent / "http" / "texts.yaml"
HTTP_FIELDS = HTTP_TEXTS.with_name("fields.yaml")

Own = TypeVar("Own")

INFRASTRUCTURE_INDEXES: Mapping[str, Sequence[Sequence[str]]] = {
    "requests": [["fund", "at"]],
    "blobs_begun": [["fund", "at"]],
    "blobs": [["fund", "blob_id"]],
    "deadletters": [["fund", "is_open", "resolved_at"], ["is_open", "key"], ["fund", "is_open"], ["fund", "is_asked"]],
    "errands": [["fund", "is_done", "done_at"]],
    "audit": [["fund", "link", "_id"]],
    "outbox": [["fund", "events.key", "_id"]],
    "workers": [["at"]],
    sessions.NAME: [["host"], ["at"]],
    queue.NAME: queue.INDEXES,
}
OUTBOX_INDEX = DeclaredIndex(collection="outbox", fields=("is_sent", "_id"), where={"is_sent": False})
"""What waits, in order. MongoDB allows no partial index on `_id` alone; one that begins with it finds nothing on the
embedded engine (0.7.0b3)."""
INFRASTRUCTURE_COLLECTIONS = (*purging.OF_FUNDS, *purging.INFRASTRUCTURE)


@dataclass(frozen=True, kw_only=True)
class Service(Generic[Own]):
    """A service, declared. `settings` reads its own part of the environment; makers get it after the fork.

    `faults_of_fund` says what a fund's definition asks for that the service does not know, whatever its settings;
    `faults` what the funds' definitions ask for that the settings do not give. A process does not start with any.
    To its own routes come those of operations, which every service answers, and to its repositories that of the acts of
    operators.
    `backfills` are what an earlier release left waiting, without a job, or without something that this one needs.
    `indexes` and `retentions` are those of collections that no repository keeps. `quotas` are those of single routes,
    by endpoint: how often one caller may ask what guesses, sends or prints.
    """

    name: str
    folder: Path
    settings: Callable[[Env], Own]
    faults_of_fund: Callable[[Fund], Iterable[str]] = lambda fund: ()
    faults: Callable[[Own, Mapping[str, Fund]], Sequence[str]] = lambda own, funds: ()
    routes: Sequence[Routes] = ()
    reactions: Sequence[Reactions] = ()
    repositories: Sequence[Repository[Any]] = ()
    indexes: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    retentions: Mapping[str, Retention] = field(default_factory=dict)
    periodic_tasks: Callable[[Own], Sequence[PeriodicTask]] = lambda own: ()
    jobs: Callable[[Own], Sequence[JobKind]] = lambda own: ()
    backfills: Sequence[Backfill] = ()
    blueprints: Callable[[Own, ServiceContext], Sequence[Blueprint]] = lambda own, context: ()
    keys: Callable[[Own, ServiceContext], PublicKeys] | None = None
    quotas: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, Callable[[Own, ServiceContext, Sequence[str]], int]] = field(default_factory=dict)
    offline: Mapping[str, Callable[[Sequence[Path], Sequence[str]], int]] = field(default_factory=dict)
    """Commands that need no engine and no setting: they get the further folders of funds and their arguments."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "routes", (*self.routes, operations))
        object.__setattr__(self, "repositories", (*self.repositories, operator_acts.acts))

    def all_reactions(self) -> Reactions:
        """All that the service reacts to: its subjects' events, and the heads of the others' audits."""
        return Reactions([*self.reactions, auditing.reactions(self.name)])

    def all_periodic_tasks(self, own: Own) -> Sequence[PeriodicTask]:
        """All that time asks of the service: its subjects' periodic tasks, the linking of its audit, the purging."""
        all_periodic_tasks = [
            *self.periodic_tasks(own),
            auditing.periodic_task(self.name),
            purging.periodic_task(self.all_retentions()),
        ]
        if self.backfills:
            all_periodic_tasks.append(backfills.periodic_task(self.backfills))
        return all_periodic_tasks

    def all_retentions(self) -> Mapping[str, Retention]:
        """How long the service keeps the rows of each of its own collections."""
        return {**{repository.name: repository.retention for repository in self.repositories}, **self.retentions}

    def texts(self) -> Texts:
        return read([HTTP_TEXTS, self.folder / "texts.yaml"])

    def descriptions(self) -> FieldDescriptions:
        """What the fields of its shapes mean."""
        own = self.folder / "fields.yaml"
        return fields.read([HTTP_FIELDS, *([own] if own.exists() else [])])

    def openapi(self) -> dict[str, Any]:
        """Its OpenAPI document."""
        return openapi.document(self.name, self.routes, texts=self.texts(), descriptions=self.descriptions())

    def context(self, common: Common) -> ServiceContext:
        """Connected: called once in each process, after any fork."""
        funds, keys = load(common.fund_ids, further=common.fund_folders), from_file(common.keys_file)
        if without := [fund_id for fund_id in funds if fund_id not in keys]:
            raise FundsInvalid([f"{fund_id}: KEYS_FILE holds no keys of this fund" for fund_id in without])
        return ServiceContext(database=connect(common.mongodb_uri, common.mongodb_database), funds=funds, keys=keys)

    def check(self, common: Common, own: Own) -> None:
        """Raise `FundsInvalid` with all that a process could not start with."""
        funds = load(common.fund_ids, further=common.fund_folders)
        of_definitions = [fault for fund in funds.values() for fault in self.definition_faults(fund)]
        if faults := [*of_definitions, *self.faults(own, funds)]:
            raise FundsInvalid(faults)

    def definition_faults(self, fund: Fund) -> list[str]:
        """What a fund's definition asks for that the service does not know, its sentences among it."""
        return [*missing_words(self, fund), *self.faults_of_fund(fund)]

    def verifier(self, common: Common, own: Own, context: ServiceContext) -> Verifier:
        keys = self.keys(own, context) if self.keys else KeysFromUrl(common.jwks_url)
        return Verifier(keys, issuer=common.issuer, audience=self.name)

    def declared_indexes(self) -> Sequence[DeclaredIndex]:
        """Every index that the service needs."""
        of_repositories = [
            DeclaredIndex(
                collection=repository.name, fields=("fund", *index.fields), unique=index.unique, where=index.where
            )
            for repository in self.repositories
            for index in repository.indexes
        ]
        others = [
            DeclaredIndex(collection=collection, fields=tuple(fields))
            for collection, wanted in {**INFRASTRUCTURE_INDEXES, **self.indexes}.items()
            for fields in wanted
        ]
        return [*of_repositories, *others, OUTBOX_INDEX]

    def collections(self) -> Sequence[str]:
        """Every collection that the service keeps anything in."""
        declared = (index.collection for index in self.declared_indexes())
        return sorted({*INFRASTRUCTURE_COLLECTIONS, *self.all_retentions(), *declared})

    def make_indexes(self, context: ServiceContext) -> None:
        """See that every index is there, for tests and measurements; processes find what `migrate` has made."""
        refused = indexes.make(context.database, self.declared_indexes())
        if refused:
            raise RuntimeError("; ".join(refused))


def missing_words(service: Service[Any], fund: Fund) -> list[str]:
    """The service's sentences that are not written in a language of a fund, each by its code."""
    said = service.texts().by_code
    return [
        f"{fund.fund_id}/fund.yaml: languages: {service.name} has no sentence in {language} for {code}"
        for language in fund.languages
        for code, sentences in said.items()
        if language not in sentences
    ]
