"""The command `seals` of every service: which key encrypted what, and re-encryption with the current key.

python -m services.claims seals status
python -m services.claims seals renew
"""

import argparse
import getpass
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from shared.kernel.actors import system
from shared.process.service import Service
from shared.process.settings import Common
from shared.storage import published_values, reencryption
from shared.storage.pending_writes import ChangedMeanwhile
from shared.storage.service_context import ServiceContext
from shared.storage.unit_of_work import UnitOfWork

NAME = "seals"
BACK_OFF_S = 90
"""A process that crashed leaves a transaction open, which the database aborts after a minute."""


def run(service: Service[Any], common: Common, arguments: Sequence[str]) -> int:
    """Carry out one command."""
    asked = _parser(service.name).parse_args(arguments)
    context = service.context(common)
    for fund_id in context.funds:
        (_reencrypt if asked.verb == "renew" else _status)(service, context, fund_id)
    return 0


def _parser(service: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{service} {NAME}")
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="verb")
    verbs.add_parser("status", help="how many values each key sealed, in things and in events")
    verbs.add_parser("renew", help="seal with today's keys what older ones sealed; may be stopped and run again")
    return parser


def _status(service: Service[Any], context: ServiceContext, fund_id: str) -> None:
    uow = context.reading(fund_id, by=system(NAME))
    counted = Counter(
        (stored.tenant_collection, data_class.value, key_id)
        for stored in reencryption.everything(uow, service.repositories)
        for data_class, key_id in stored.key_ids()
    )
    for (tenant_collection, data_class, key_id), count in sorted(counted.items()):
        _write(f"{fund_id}  {tenant_collection}  {data_class}  {key_id}  {count}")
    _status_of_published(uow, fund_id)


def _status_of_published(uow: UnitOfWork, fund_id: str) -> None:
    """What `reencrypt` does not change: a key stays until none of these can be published, or retried, again."""
    counted, last = Counter[tuple[str, str, str]](), dict[tuple[str, str, str], datetime]()
    for each in published_values.everything(uow):
        row = (each.where, each.data_class.value, each.key_id)
        counted[row] += 1
        last[row] = max(each.at, last.get(row, each.at))
    for row, count in sorted(counted.items()):
        _write(f"{fund_id}  {'  '.join(row)}  {count}  the last of {last[row].date()}")


def _reencrypt(service: Service[Any], context: ServiceContext, fund_id: str) -> None:
    """Part by part, each in a transaction of its own: what is done stays done, and is passed over the next time."""
    by, renewed = system(f"{NAME}:{getpass.getuser()}"), 0
    for part in reencryption.outdated(context.reading(fund_id, by=by), service.repositories):
        cause = f"command:seals:{context.new_id()}"
        renewed += _with_back_off(
            lambda part=part, cause=cause: context.run(  # type: ignore[misc]
                fund_id, by=by, cause=cause, action=lambda uow: reencryption.reencrypt(uow, part)
            )
        )
    _write(f"{fund_id}  {renewed} renewed")


def _with_back_off(reencrypt: Callable[[], int]) -> int:
    """Retry while other transactions write the same documents."""
    for _ in range(BACK_OFF_S):
        try:
            return reencrypt()
        except ChangedMeanwhile:
            time.sleep(1)
    return reencrypt()


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
