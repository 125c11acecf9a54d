"""People of every fund: its register is imported, an account is opened, and they sign in by the number they have."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.local.demo.people import cast, write_register
from services.identity.accounts import actions
from services.identity.accounts.actions import Attempt, Authentication
from services.identity.accounts.rules import read_facts
from services.identity.accounts.users import LoginIsNationalId
from services.identity.cards.store import cards
from shared.encryption.keys import FundKeys
from shared.kernel.actors import ActorKind
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import DataClass, Encrypted
from shared.storage.service_context import ServiceContext
from tests.funds.declaring import Grounds
from tests.funds.invented import MA, MONO, every_fund
from tests.identity.builders import PASSWORD, added_user, considered, events, imported
from tests.kit.contexts import someone

AT = datetime(2026, 11, 29, 9, tzinfo=UTC)
EVERYBODY = frozenset({ActorKind.PERSON, ActorKind.EMPLOYER, ActorKind.STAFF})


def authenticate(context: ServiceContext, fund_id: str, login: str) -> Authentication:
    attempt = Attempt(login=login, password=PASSWORD, one_time_code="", device="", actors=EVERYBODY)
    return context.run(fund_id, by=someone(), cause="test", action=lambda uow: actions.authenticate(uow, attempt))


def link(keys: FundKeys, context: ServiceContext) -> str:
    (asked,) = events(context, "identity.activation-requested")
    return keys.decrypt(Encrypted(asked["link"]), data_class=DataClass.CONTACT, associated_data=asked["person_ref"])


@pytest.mark.parametrize("fund_id", list(every_fund()))
def test_an_insured_person_of_any_fund_opens_an_account_and_signs_in(
    ground: Grounds, fund_id: str, tmp_path: Path
) -> None:
    fund = every_fund()[fund_id]
    context, characters = ground("identity", AT), cast(fund, run=5, count=2)
    persons, employers = write_register(tmp_path, characters)
    assert imported(context, "--persons", persons, "--employers", employers, fund_id=fund_id)[0] == 0
    person = characters.workers[0]
    facts = read_facts(
        national_id=person.national_id,
        insurance_number=person.insurance_number,
        birth_on=PartialDate(person.birth_on.isoformat()),
        email=person.email,
        fund=fund,
    )
    context.run(fund_id, by=someone(), cause="apply", action=lambda uow: actions.apply(uow, facts, password=PASSWORD))
    considered(context)
    token = urlsplit(link(context.keys[fund_id], context)).fragment.removeprefix("token=")
    context.run(
        fund_id, by=someone(), cause="open", action=lambda uow: actions.activate(uow, token=token, password=PASSWORD)
    )

    for typed in (person.national_id, person.national_id.lower(), f" {person.national_id} "):
        account = authenticate(context, fund_id, typed).account
        assert account is not None and account.kind is ActorKind.PERSON
    other = characters.workers[1].national_id
    assert authenticate(context, fund_id, other).account is None

    held = cards.find(context.reading(fund_id, by=someone()), context.keys[fund_id].person_ref(person.insurance_number))
    assert (held is None) == (fund_id in (MONO, "tn-solidarite")), "who says no lifetime of cards has none"


@pytest.mark.parametrize("fund_id", list(every_fund()))
def test_a_user_of_any_fund_is_added_and_signs_in_by_login(ground: Grounds, fund_id: str) -> None:
    context, role = ground("identity", AT), next(iter(every_fund()[fund_id].roles.staff))
    status, said = added_user(context, "--kind", "staff", "--login", "nadia", "--role", role, fund_id=fund_id)
    assert status == 0 and said.startswith("otpauth://"), said


def test_nobody_gets_a_login_that_is_written_as_a_national_id(ground: Grounds) -> None:
    context = ground("identity", AT)
    given = ["--kind", "staff", "--login", "ab123456", "--role"]
    status, said = added_user(context, *given, "agent", fund_id=MA)
    assert (status, said) == (1, "This user name is written like a national id. Choose another one.")
    assert LoginIsNationalId.code == "account.login-is-national-id"
    assert added_user(context, *given, "gestionnaire", fund_id=MONO)[0] == 0, "no national id of xx-mono has letters"
