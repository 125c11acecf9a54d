"""Operator commands of accounts: add a user of an employer or one of the staff, name one, start a recovery, list roles.

python -m services.identity add-user xx-fund --kind employer --login paie --employer 1600000001 --password-stdin
python -m services.identity add-user xx-fund --kind staff --role agent --login nadia --name "Nadia B." --password-stdin
python -m services.identity name-user xx-fund --login nadia --name "Nadia B."
python -m services.identity reset-user xx-fund --login nadia
python -m services.identity roles xx-fund
"""

import argparse
import getpass
from collections.abc import Callable, Sequence
from typing import TextIO

from services.identity.accounts import actions, second_factor
from shared.funds.fund import Fund
from shared.kernel.actors import ActorKind, system
from shared.kernel.errors import Failure
from shared.languages.locales import first_from_left
from shared.languages.texts import LANGUAGES, Texts
from shared.storage.service_context import FundUnknown, ServiceContext


def add_user(context: ServiceContext, arguments: Sequence[str], *, texts: Texts, said: TextIO, out: TextIO) -> int:
    """Open the account; 0, and where it has a second factor its address on `out`, this once. 1 where it cannot be."""
    asked = _asked(arguments)
    actor = ActorKind.EMPLOYER if asked.kind == "employer" else ActorKind.STAFF
    password = said.readline().rstrip("\r\n")
    try:
        added = context.run(
            asked.fund,
            by=system("add-user"),
            cause=f"command:add-user:{context.new_id()}",
            action=lambda uow: actions.add_user(
                uow,
                actor=actor,
                role=asked.role,
                login=asked.login,
                password=password,
                employer_ids=tuple(asked.employer),
                display_name=asked.name,
            ),
        )
    except Failure as failure:
        out.write(texts.translate(failure.code, asked.language, failure.parameters) + "\n")
        return 1
    if added.secret is not None:
        fund = context.funds[asked.fund]
        name = fund.branding.short_names[first_from_left(fund.languages)]
        out.write(second_factor.address(added.secret, login=asked.login, fund_name=name) + "\n")
    return 0


def name_user(context: ServiceContext, arguments: Sequence[str], *, texts: Texts, out: TextIO) -> int:
    """Have colleagues see one of the staff under a name; 1 where nobody of the staff has that login."""
    asked = _asked_for_name(arguments)
    try:
        context.run(
            asked.fund,
            by=system("name-user"),
            cause=f"command:name-user:{context.new_id()}",
            action=lambda uow: actions.name_user(uow, login=asked.login, display_name=asked.name),
        )
    except Failure as failure:
        out.write(texts.translate(failure.code, asked.language, failure.parameters) + "\n")
        return 1
    return 0


def list_roles(context: ServiceContext, arguments: Sequence[str], *, texts: Texts, out: TextIO) -> int:
    """Write the roles of a fund, each with its kind of user, its name and what it lets somebody do; 1 where there is no
    such fund."""
    asked = _asked_for_roles(arguments)
    fund = context.funds.get(asked.fund)
    if fund is None:
        out.write(texts.translate(FundUnknown.code, asked.language, {}) + "\n")
        return 1
    for kind, roles, scopes in (
        ("staff", fund.roles.staff, fund.roles.staff_scopes),
        ("employer", fund.roles.employers, fund.roles.employer_scopes),
    ):
        for code, role in roles.items():
            name = role.names.get(asked.language) or next(iter(role.names.values()), None)
            said = name or texts.translate(f"role.{code}", asked.language, {})
            out.write(f"{kind}\t{code}\t{said}\t{' '.join(sorted(scopes(code)))}\n")
    return 0


def reset_user(
    context: ServiceContext,
    arguments: Sequence[str],
    *,
    portal_of: Callable[[Fund], str],
    texts: Texts,
    out: TextIO,
) -> int:
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
            action=lambda uow: actions.reset_user(uow, login=asked.login, portal_url=portal_of(uow.fund)),
        )
    except Failure as failure:
        out.write(texts.translate(failure.code, asked.language, failure.parameters) + "\n")
        return 1
    out.write(link + "\n")
    return 0


def _asked_for_roles(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.identity roles")
    parser.add_argument("fund", help="such as xx-fund")
    parser.add_argument("--language", choices=LANGUAGES, default="fr", help="in which to name them")
    return parser.parse_args(arguments)


def _asked_for_name(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.identity name-user")
    parser.add_argument("fund", help="such as xx-fund")
    parser.add_argument("--login", required=True, help="of one of the staff")
    parser.add_argument("--name", required=True, help="how colleagues call them")
    parser.add_argument("--language", choices=LANGUAGES, default="fr", help="in which to say what is wrong")
    return parser.parse_args(arguments)


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
    parser.add_argument(
        "--role", help="what they may do, by the code of one of the fund's roles; of staff it must be named"
    )
    parser.add_argument(
        "--employer", action="append", default=[], metavar="NUMBER", help="for whom the user acts; may come again"
    )
    parser.add_argument("--name", help="how colleagues call one of the staff, such as 'Nadia B.'")
    parser.add_argument("--password-stdin", action="store_true", required=True, help="one line of standard input")
    parser.add_argument("--language", choices=LANGUAGES, default="fr", help="in which to say what is wrong")
    asked = parser.parse_args(arguments)
    if asked.kind == "staff" and asked.role is None:
        parser.error("name what the staff may do: --role")
    return asked
