"""Operator commands of accounts: add a user of an employer or one of the staff, and start their recovery.

python -m services.identity add-user xx-fund --kind employer --login paie --employer 1600000001 --password-stdin
python -m services.identity add-user xx-fund --kind staff --role agent --login nadia --password-stdin
python -m services.identity reset-user xx-fund --login nadia
"""

import argparse
import getpass
from collections.abc import Sequence
from typing import TextIO

from services.identity.accounts import actions, second_factor
from services.identity.accounts.account import Role
from shared.kernel.actors import ActorKind, system
from shared.kernel.errors import Failure
from shared.languages.texts import LANGUAGES, Texts
from shared.storage.service_context import ServiceContext


def add_user(context: ServiceContext, arguments: Sequence[str], *, texts: Texts, said: TextIO, out: TextIO) -> int:
    """Open the account; 0, and where it has a second factor its address on `out`, this once. 1 where it cannot be."""
    asked = _asked(arguments)
    role = Role.EMPLOYER if asked.kind == "employer" else Role(asked.role)
    password = said.readline().rstrip("\r\n")
    try:
        added = context.run(
            asked.fund,
            by=system("add-user"),
            cause=f"command:add-user:{context.new_id()}",
            action=lambda uow: actions.add_user(
                uow, login=asked.login, password=password, role=role, employer_ids=tuple(asked.employer)
            ),
        )
    except Failure as failure:
        out.write(texts.translate(failure.code, asked.language, failure.parameters) + "\n")
        return 1
    if added.secret is not None:
        name = context.funds[asked.fund].branding.short_names["fr"]
        out.write(second_factor.address(added.secret, login=asked.login, fund_name=name) + "\n")
    return 0


def reset_user(context: ServiceContext, arguments: Sequence[str], *, portal_url: str, texts: Texts, out: TextIO) -> int:
    """Write the link by which the owner of a login chooses a new password, this once; 1 where there is no such login.

    Whoever runs it learns no password and chooses none, and where there is a second factor the link alone opens
    nothing. The audit names who it was.
    """
    asked = _asked_to_reset(arguments)
    try:
        link = context.run(
            asked.fund,
            by=system(f"reset-user:{getpass.getuser()}"),
            cause=f"command:reset-user:{context.new_id()}",
            action=lambda uow: actions.reset_user(uow, login=asked.login, portal_url=portal_url),
        )
    except Failure as failure:
        out.write(texts.translate(failure.code, asked.language, failure.parameters) + "\n")
        return 1
    out.write(link + "\n")
    return 0


def _asked_to_reset(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.identity reset-user")
    parser.add_argument("fund", help="such as xx-fund")
    parser.add_argument("--login", required=True, help="whose link is to be printed")
    parser.add_argument("--language", choices=LANGUAGES, default="fr", help="in which to say what is wrong")
    return parser.parse_args(arguments)


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.identity add-user")
    parser.add_argument("fund", help="such as xx-fund")
    parser.add_argument("--kind", choices=["staff", "employer"], required=True, help="of the fund, or of employers")
    parser.add_argument("--login", required=True, help="the name to sign in with")
    roles = [role.value for role in Role if role.actor is ActorKind.STAFF]
    parser.add_argument("--role", choices=roles, help="of staff: what they may do; it must be named")
    parser.add_argument(
        "--employer", action="append", default=[], metavar="NUMBER", help="for whom the user acts; may come again"
    )
    parser.add_argument("--password-stdin", action="store_true", required=True, help="one line of standard input")
    parser.add_argument("--language", choices=LANGUAGES, default="fr", help="in which to say what is wrong")
    asked = parser.parse_args(arguments)
    if asked.kind == "staff" and asked.role is None:
        parser.error(f"name what the staff may do: --role {' or '.join(roles)}")
    return asked
