"""An operator's command comes in for accounts: add a user of an employer, or one of the fund's staff.

python -m services.identity add-user dz-cnas --kind employer --login paie --employer 1600000001 --password-stdin
python -m services.identity add-user dz-cnas --kind staff --role agent --login nadia --password-stdin
"""

import argparse
from collections.abc import Sequence
from typing import TextIO

from services.identity.accounts import actions, second_factor
from services.identity.accounts.account import Role
from shared.kernel.actors import system
from shared.kernel.errors import Failure
from shared.languages.texts import LANGUAGES, Texts
from shared.storage.platform import Platform


def add_user(platform: Platform, arguments: Sequence[str], *, texts: Texts, said: TextIO, out: TextIO) -> int:
    """Open the account; 0, and where it has a second factor its address on `out`, this once. 1 where it cannot be."""
    asked = _asked(arguments)
    role = Role.EMPLOYER if asked.kind == "employer" else Role(asked.role)
    password = said.readline().rstrip("\r\n")
    try:
        added = platform.work(
            asked.fund,
            by=system("add-user"),
            cause=f"command:add-user:{platform.new_id()}",
            action=lambda work: actions.add_user(
                work, login=asked.login, password=password, role=role, employer_ids=tuple(asked.employer)
            ),
        )
    except Failure as failure:
        out.write(texts.say(failure.code, asked.language, failure.parameters) + "\n")
        return 1
    if added.secret is not None:
        name = platform.funds[asked.fund].branding.short_names["fr"]
        out.write(second_factor.address(added.secret, login=asked.login, fund_name=name) + "\n")
    return 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.identity add-user")
    parser.add_argument("fund")
    parser.add_argument("--kind", choices=["staff", "employer"], required=True)
    parser.add_argument("--login", required=True)
    parser.add_argument("--role", choices=[Role.AGENT.value, Role.OPERATOR.value], default=Role.AGENT.value)
    parser.add_argument("--employer", action="append", default=[], metavar="NUMBER")
    parser.add_argument("--password-stdin", action="store_true", required=True, help="one line of standard input")
    parser.add_argument("--language", choices=LANGUAGES, default="fr")
    return parser.parse_args(arguments)
