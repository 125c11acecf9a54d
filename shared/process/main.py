"""What `python -m services.<name>` does: web, worker, or one of the operator's commands."""

import os
import sys
from collections.abc import Sequence
from typing import Any

from shared.funds.loading import FundsInvalid
from shared.process import migrating, reencrypting, web, worker
from shared.process.operations import commands
from shared.process.service import Service
from shared.process.settings import SettingsMissing, check_complete, common, environment, fund_folders
from shared.storage.connection import DatabaseUnavailable
from shared.storage.service_context import ServiceContext

PROCESSES = ("web", "worker")


def main(service: Service[Any], arguments: Sequence[str]) -> int:
    """Run one process of the service; 2 where it cannot start, with the reason in one sentence."""
    known = [*PROCESSES, migrating.NAME, reencrypting.NAME, *commands.NAMES, *service.commands, *service.offline]
    if not arguments or arguments[0] not in known:
        is_help = arguments[:1] in (["-h"], ["--help"])
        usage = f"usage: python -m services.{service.name} {'|'.join(known)}\n       <command> --help says more"
        print(usage, file=sys.stdout if is_help else sys.stderr)
        return 0 if is_help else 2
    env = environment()
    try:
        if arguments[0] in service.offline:
            code = service.offline[arguments[0]](fund_folders(env), arguments[1:])
            sys.stdout.flush()
            return code
        shared, own = common(env, service=service.name), service.settings(env)
        check_complete(env)
        code = _run(service, arguments, shared, own)
        sys.stdout.flush()  # else a reader that is gone is noticed only when the interpreter ends, and complained of
        return code
    except BrokenPipeError:
        if arguments[0] in PROCESSES:
            raise
        # The reader of a command's output, such as `head`, closed the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (SettingsMissing, FundsInvalid) as wrong:
        print(f"{service.name} cannot start: {wrong}", file=sys.stderr)  # noqa: T201
        return 2


def _run(service: Service[Any], arguments: Sequence[str], shared: Any, own: Any) -> int:
    name, *rest = arguments
    if name in PROCESSES:
        service.check(shared, own)
    if name == "web":
        web.run(service, shared, own)
        return 0
    if name == "worker":
        return worker.run(service, shared, own)
    if name == migrating.NAME:
        return migrating.run(service, shared, rest)
    if name == reencrypting.NAME:
        return reencrypting.run(service, shared, rest)
    if name in commands.NAMES:
        return commands.run(service, shared, arguments)
    context = service.context(shared)
    if not {"-h", "--help"} & set(rest) and (lacking := _lacking(service, context)):
        print(f"{service.name} {name}: {lacking}", file=sys.stderr)  # noqa: T201
        return 2
    return service.commands[name](own, context, rest)


def _lacking(service: Service[Any], context: ServiceContext) -> str:
    """What a command would do without, such as an index that makes a thing unique while the database is migrated."""
    try:
        lacking = migrating.lacking(service, context)
    except DatabaseUnavailable:
        return "the database does not answer; nothing was done, try again when it does"
    return f"the database is not as this release needs it ({'; '.join(lacking)}); nothing was done" if lacking else ""
