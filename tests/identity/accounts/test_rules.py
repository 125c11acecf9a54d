"""Who may have an account, what a password must be, when a link opens, how long a login stays locked."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS
from zxcvbn.matching import RANKED_DICTIONARIES

from services.identity.accounts import lockout, password_rules, passwords, renewal, rules, users
from services.identity.accounts.account import Account, Link, Status
from services.identity.accounts.application import ApplicantFacts
from services.identity.accounts.login_throttle import LoginThrottle
from services.identity.accounts.passwords import is_easily_guessed
from services.identity.register.person import Civil, Contact, Person
from shared.events.identity import AccountActivated, ActivationRequested, PasswordChanged, RecoveryRequested
from shared.funds.fund import Fund
from shared.funds.messages import Channel
from shared.kernel.actors import ActorKind
from shared.kernel.partial_date import PartialDate
from shared.kernel.personal import Encrypted
from tests.identity.builders import AMIRA_NIN, AMIRA_NSS
from tests.kit.clock import AT
from tests.kit.contexts import DZ, TN, funds
from tests.kit.roles import Role

FACTS = ApplicantFacts(
    national_id=AMIRA_NIN, insurance_number=AMIRA_NSS, birth_on=PartialDate("1990-04-25"), email="amira.b@example.dz"
)
AMIRA = Person(
    person_ref="pamira",
    national_id_index="i1",
    civil=Civil(
        insurance_number=AMIRA_NSS,
        national_id=AMIRA_NIN,
        family_name="Benali",
        first_name="Amira",
        birth_on=PartialDate("1990-04-25"),
    ),
    contact=Contact(email="amira.b@example.dz"),
    bank=None,
    language="ar",
    dependants=0,
)
PENDING = Account(
    account_id="a1",
    known_by="pamira",
    role=Role.PERSON,
    status=Status.PENDING,
    password_hash="old",
    person_ref="pamira",
    activation=Link(token_hash="t1", expires_at=AT + timedelta(hours=24)),
    asked_at=(AT,),
    version=1,
)


# --- passwords


def check(password: str, role: Role = Role.PERSON) -> None:
    known_words = [*password_rules.personal_words(FACTS), *password_rules.fund_words(funds()[DZ])]
    password_rules.check_password(
        password, actor=role.actor, is_easily_guessed=is_easily_guessed(password), known_words=known_words
    )


@pytest.mark.parametrize(
    "password",
    [
        "trois chats sur un mur",
        "correct horse battery",
        "zitouna bleue",
        "k4m7q2z9",
        "73486152",
        "هلا والله",
        "ثلاث قطط فوق الجدار",
        "x9$kQ2!v",
        "été où çà naît",
        "any length up to the limit " * 9,
    ],
)
def test_a_password_that_is_taken(password: str) -> None:
    check(password)


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", password_rules.PasswordTooShort),
        ("sept car", password_rules.PasswordCommon),
        ("20180412", password_rules.PasswordCommon),
        ("        8 spaces", password_rules.PasswordCommon),
        (" -._/-._/ ", password_rules.PasswordCommon),
        ("1q2w3e4r", password_rules.PasswordCommon),
        ("sept ca", password_rules.PasswordTooShort),
        ("x" * 257, password_rules.PasswordTooLong),
        ("password", password_rules.PasswordCommon),
        ("Password2024!", password_rules.PasswordCommon),
        ("P4ssw0rd!9", password_rules.PasswordCommon),
        ("motdepasse1", password_rules.PasswordCommon),
        ("S0leil2025", password_rules.PasswordCommon),
        ("1234mohamed", password_rules.PasswordCommon),
        ("hamdoulilah", password_rules.PasswordCommon),
        ("Inchallah2024!", password_rules.PasswordCommon),
        ("kh4d1ja2019", password_rules.PasswordCommon),
        ("sécurité1", password_rules.PasswordCommon),
        ("qsdfghjklm1", password_rules.PasswordCommon),
        ("azertyazerty", password_rules.PasswordCommon),
        ("12345678", password_rules.PasswordCommon),
        ("87654321", password_rules.PasswordCommon),
        ("00000000", password_rules.PasswordCommon),
        ("abababababab", password_rules.PasswordCommon),
        ("abcdefghij", password_rules.PasswordCommon),
        ("sdfghjklm", password_rules.PasswordCommon),
        ("poiuytreza", password_rules.PasswordCommon),
        ("mycnas4ever", password_rules.PasswordPersonal),
        ("himaya-rocks", password_rules.PasswordPersonal),
        ("xx25041990xx", password_rules.PasswordPersonal),
        ("my 19900425 day", password_rules.PasswordPersonal),
        ("AMIRA.B for me", password_rules.PasswordPersonal),
        (f"no{AMIRA_NIN}no", password_rules.PasswordPersonal),
        (f"no{AMIRA_NSS}no", password_rules.PasswordPersonal),
    ],
)
def test_a_password_that_is_refused(password: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check(password)


@pytest.mark.parametrize(
    "password",
    ["tout en minuscules", "TOUT EN MAJUSCULES", "20 chats gris", "😀" * 3 + " deux chats", "94820175736201"],
)
def test_long_ones_are_taken_and_no_kind_of_sign_is_asked_for(password: str) -> None:
    check(password)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PERSON])
def test_those_who_act_for_others_need_a_longer_one(role: Role) -> None:
    check("douze signes", role)
    with pytest.raises(password_rules.PasswordTooShort) as refused:
        check("onze signes", role)
    assert refused.value.parameters == {"length_min": 12}


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("ﷺ", password_rules.PasswordTooShort),
        ("ﷺ" * 7, password_rules.PasswordTooShort),
        ("chat" + "\u200b" * 8, password_rules.PasswordTooShort),
        ("١٢٣٤٥٦٧٨٩٠", password_rules.PasswordCommon),
        ("1234\u200b5678", password_rules.PasswordCommon),
        ("pass\u00adword", password_rules.PasswordCommon),
        ("12-34-56-78", password_rules.PasswordCommon),
        (f"no{AMIRA_NIN.translate(str.maketrans('0123456789', '٠١٢٣٤٥٦٧٨٩'))}no", password_rules.PasswordPersonal),
        ("٢٥٠٤١٩٩٠ نعم نعم", password_rules.PasswordPersonal),
        ("le 25/04/1990 oui", password_rules.PasswordPersonal),
        ("né le 25.04.90", password_rules.PasswordPersonal),
        ("A\u0301MIRA.B pour", password_rules.PasswordPersonal),
    ],
)
def test_p1_what_cannot_be_seen_and_other_digits_make_no_other_password(password: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check(password)


@pytest.mark.parametrize("password", ["€#!?€$&%", "12!!??##", "a€€###!!", "ﷺ" * 8])
def test_p1_signs_are_letters_like_others(password: str) -> None:
    check(password)


AMEL = replace(
    AMIRA,
    civil=replace(
        AMIRA.civil,
        family_name="AÏT-MEHDI",
        first_name="Amel",
        family_name_ar="آيت مَهدي",
        first_name_ar="أمل",
        birth_on=PartialDate("1990"),
    ),
)


@pytest.mark.parametrize(
    ("password", "is_personal"),
    [
        ("aitmehdi1990", True),
        ("AÏT-MEHDI 90", True),
        ("ait.mehdi.1990", True),
        ("a1tmehd1!!", True),
        ("1990mehdi", True),
        ("آيـــت مهدي ١٩٩٠", True),
        ("ايت مهدي", True),
        ("amel aime les chats", True),
        ("trois chats sur un mur", False),
        ("1990 était une année", False),
    ],
)
def test_u12_a_name_however_it_is_spelled_makes_no_password(password: str, is_personal: bool) -> None:
    assert password_rules.is_personal(password, known_words=password_rules.words_of(AMEL)) is is_personal


def test_u12_another_password_is_another_one() -> None:
    renewal.must_differ("deux chats sur un toit", current="trois chats sur un mur")
    for same in ("été sur un mur", "e\u0301te\u0301 sur un mur"):
        with pytest.raises(renewal.PasswordUnchanged):
            renewal.must_differ(same, current="été sur un mur")


def test_the_same_signs_are_the_same_password_however_they_were_composed() -> None:
    assert password_rules.read_password("e\u0301te\u0301") == password_rules.read_password("été")


# --- roles


@pytest.mark.parametrize(
    ("role", "actor", "has_second_factor"),
    [
        (Role.PERSON, ActorKind.PERSON, False),
        (Role.EMPLOYER, ActorKind.EMPLOYER, False),
        (Role.AGENT, ActorKind.STAFF, True),
        (Role.SUPERVISOR, ActorKind.STAFF, True),
        (Role.MEDICAL_OFFICER, ActorKind.STAFF, True),
        (Role.OPERATOR, ActorKind.STAFF, True),
    ],
)
def test_a_role_says_who_acts(role: Role, actor: ActorKind, has_second_factor: bool) -> None:
    assert (role.actor, role.has_second_factor) == (actor, has_second_factor)


def test_only_operators_replay_and_no_person_decides() -> None:
    assert Role.SUPERVISOR.scopes - Role.AGENT.scopes == {"bank:supervise", "claims:supervise", "runs:approve"}
    assert Role.OPERATOR.scopes - Role.AGENT.scopes == {"operations:act", "operations:read"}
    assert "claims:medical" in Role.MEDICAL_OFFICER.scopes
    assert not any("claims:medical" in role.scopes for role in Role if role is not Role.MEDICAL_OFFICER)
    assert "claims:decide" not in Role.MEDICAL_OFFICER.scopes
    assert not Role.PERSON.scopes & {"claims:decide", "declarations:file", "operations:act"}
    assert not Role.EMPLOYER.scopes & {"claims:read", "cards:read", "careers:read"}


# --- applying


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"national_id": "12"}, rules.NationalIdMalformed),
        ({"insurance_number": "90000000000x"}, rules.InsuranceNumberMalformed),
    ],
)
def test_facts_are_of_the_funds_form(change: dict[str, Any], error: type[Exception]) -> None:
    sent = {
        "national_id": AMIRA_NIN,
        "insurance_number": AMIRA_NSS,
        "birth_on": PartialDate("1990-04-25"),
        "email": "a@b.dz",
    }
    assert rules.read_facts(**{**sent, "national_id": f" {AMIRA_NIN} "}, fund=funds()[DZ]).national_id == AMIRA_NIN
    with pytest.raises(error):
        rules.read_facts(**{**sent, **change}, fund=funds()[DZ])
    with pytest.raises(rules.NationalIdMalformed):
        rules.read_facts(**sent, fund=funds()[TN])


@pytest.mark.parametrize(
    ("change", "are_true"),
    [
        ({}, True),
        ({"email": "somebody@else.example"}, True),
        ({"birth_on": PartialDate("1990-04-26")}, False),
        ({"insurance_number": "900000000009"}, False),
        ({"national_id": "109900000000000009"}, False),
    ],
)
def test_three_facts_make_a_person(change: dict[str, Any], are_true: bool) -> None:
    assert rules.are_true(replace(FACTS, **change), AMIRA) is are_true
    assert not rules.are_true(replace(FACTS, **change), None)


@pytest.mark.parametrize(
    ("published", "known", "are_true"),
    [
        ("1950-01-01", "1950", True),
        ("1950-07-14", "1950", True),
        ("1950", "1950", True),
        ("1951-01-01", "1950", False),
        ("1950", "1950-07-14", False),
        ("1950-07-01", "1950-07", True),
        ("1950-08-01", "1950-07", False),
    ],
)
def test_w01_of_a_birth_that_the_register_knows_in_part_that_part_is_enough(
    published: str, known: str, are_true: bool
) -> None:
    person = replace(AMIRA, civil=replace(AMIRA.civil, birth_on=PartialDate(known)))
    assert rules.are_true(replace(FACTS, birth_on=PartialDate(published)), person) is are_true


def ask(known: Account | None = None, *, person: Person = AMIRA, **more: Any) -> Any:
    return rules.ask(
        known,
        **{
            "person": person,
            "fund": funds()[DZ],
            "account_id": "a9",
            "password_hash": "new",
            "token_hash": "t9",
            "link": Encrypted("sealed"),
            "at": AT,
            **more,
        },
    )


def test_asking_makes_a_pending_account_and_a_link() -> None:
    asked = ask()
    assert (asked.thing.account_id, asked.thing.status) == ("a9", Status.PENDING)
    (published,) = asked.events
    assert isinstance(published, ActivationRequested)
    assert (published.expires_at, published.language) == (AT + timedelta(hours=24), "ar")


def test_asking_again_voids_the_link_and_replaces_the_password_of_the_same_account() -> None:
    again = ask(PENDING).thing
    assert (again.account_id, again.version) == ("a1", 1)
    assert (again.activation.token_hash, again.password_hash) == ("t9", "new")


def test_an_active_account_stays_as_it_is() -> None:
    assert ask(replace(PENDING, status=Status.ACTIVE)) is None


WITHOUT_SMS = replace(funds()[DZ], channels=(Channel.INBOX, Channel.EMAIL))


@pytest.mark.parametrize(
    ("contact", "fund", "is_sent"),
    [
        (Contact(mobile="+213550123456"), funds()[DZ], True),
        (Contact(mobile="+213550123456"), WITHOUT_SMS, False),
        (Contact(mobile="+21321123456"), funds()[DZ], False),  # a line that takes no SMS
        (Contact(email="amira.b@example.dz"), WITHOUT_SMS, True),
        (Contact(), funds()[DZ], False),
    ],
)
def test_a_link_is_sent_where_the_fund_can_reach_the_person(contact: Contact, fund: Fund, is_sent: bool) -> None:
    person = replace(AMIRA, contact=contact)
    assert (ask(person=person, fund=fund) is not None) is is_sent
    assert (ask_recovery(person=person, fund=fund) is not None) is is_sent


def test_i01_no_link_to_an_address_of_an_older_register_that_no_mail_reaches() -> None:
    assert ask(person=replace(AMIRA, contact=Contact(email="hédi@example.tn"))) is None
    assert ask(person=replace(AMIRA, contact=Contact(email="\u200bamira.b@example.dz"))) is not None


@pytest.mark.parametrize(("asked", "is_sent"), [(4, True), (5, False)])
def test_a_mailbox_gets_five_links_a_day(asked: int, is_sent: bool) -> None:
    known = replace(PENDING, asked_at=(AT - timedelta(hours=1),) * asked)
    assert (ask(known) is not None) is is_sent
    assert ask(known, at=AT + timedelta(hours=23, minutes=1)) is not None


# --- activating


def test_a_link_followed_in_time_opens_the_account() -> None:
    active = rules.activate(PENDING, is_password_right=True, is_password_personal=False, at=AT + timedelta(hours=23))
    assert active.thing.status is Status.ACTIVE
    assert isinstance(active.events[0], AccountActivated)


@pytest.mark.parametrize(
    ("change", "is_password_right", "is_password_personal", "hours", "error"),
    [
        ({"activation": None}, True, False, 0, rules.ActivationUnknown),
        ({"activation": Link(token_hash="t1", expires_at=AT, used_at=AT)}, True, False, 0, rules.ActivationUsed),
        ({}, True, False, 24, rules.ActivationExpired),
        ({}, False, True, 1, rules.PasswordDiffers),
        ({}, True, True, 1, rules.ActivationPasswordPersonal),
    ],
)
def test_a_link_that_does_not_open(
    change: dict[str, Any], is_password_right: bool, is_password_personal: bool, hours: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        rules.activate(
            replace(PENDING, **change),
            is_password_right=is_password_right,
            is_password_personal=is_password_personal,
            at=AT + timedelta(hours=hours),
        )


# --- another password

ACTIVE = replace(PENDING, status=Status.ACTIVE, asked_at=())
LINKED = replace(ACTIVE, recovery=Link(token_hash="r1", expires_at=AT + timedelta(hours=24)))


def ask_recovery(known: Account | None = ACTIVE, *, person: Person = AMIRA, **more: Any) -> Any:
    facts = {"person": person, "fund": funds()[DZ], "token_hash": "r9", "link": Encrypted("s"), "at": AT}
    return renewal.ask_recovery(known, **{**facts, **more})


def test_asking_for_a_way_back_sends_a_link_and_changes_nothing_else() -> None:
    asked = ask_recovery()
    assert asked.thing == replace(ACTIVE, recovery=asked.thing.recovery, asked_at=(AT,))
    (published,) = asked.events
    assert isinstance(published, RecoveryRequested)
    assert (published.expires_at, published.language) == (AT + timedelta(hours=24), "ar")


@pytest.mark.parametrize(
    ("known", "person"),
    [
        (None, AMIRA),
        (PENDING, AMIRA),
        (replace(ACTIVE, asked_at=(AT - timedelta(hours=1),) * 5), AMIRA),
        (ACTIVE, replace(AMIRA, contact=Contact())),
    ],
    ids=["no account", "one that nobody opened", "five links today", "no address"],
)
def test_no_way_back_is_sent(known: Account | None, person: Person) -> None:
    assert ask_recovery(known, person=person) is None


def test_a_way_back_followed_in_time_brings_a_new_password_and_is_told() -> None:
    found = renewal.recover(LINKED, password_hash="new", at=AT + timedelta(hours=23))
    assert (found.thing.password_hash, found.thing.password_serial) == ("new", LINKED.password_serial + 1)
    assert found.thing.recovery is not None and found.thing.recovery.used_at == AT + timedelta(hours=23)
    (published,) = found.events
    assert isinstance(published, PasswordChanged) and published.person_ref == "pamira"


@pytest.mark.parametrize(
    ("link", "hours", "error"),
    [
        (None, 0, renewal.RecoveryUnknown),
        (Link(token_hash="r1", expires_at=AT + timedelta(hours=24), used_at=AT), 1, renewal.RecoveryUsed),
        (Link(token_hash="r1", expires_at=AT + timedelta(hours=24)), 24, renewal.RecoveryExpired),
    ],
)
def test_a_way_back_that_does_not_open(link: Link | None, hours: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        renewal.recover(replace(ACTIVE, recovery=link), password_hash="new", at=AT + timedelta(hours=hours))


def test_a_changed_password_voids_the_way_back() -> None:
    changed = renewal.change_password(LINKED, password_hash="new", at=AT).thing
    assert (changed.recovery, changed.password_serial) == (None, LINKED.password_serial + 1)


@pytest.mark.parametrize("known", [None, PENDING])
def test_no_reset_of_an_account_that_lets_nobody_in(known: Account | None) -> None:
    with pytest.raises(rules.AccountUnknown):
        renewal.start_reset(known, token_hash="r1", at=AT)


@pytest.mark.parametrize(
    "password",
    ["benali la belle", "ma belle AMIRA", f"no{AMIRA_NIN}no", "xx25041990xx", "amira.b for me", "أميرة الجميلة"],
)
def test_what_the_register_knows_is_no_part_of_a_password(password: str) -> None:
    person = replace(AMIRA, civil=replace(AMIRA.civil, first_name_ar="أميرة"))
    with pytest.raises(password_rules.PasswordPersonal):
        password_rules.check_password(
            password, actor=ActorKind.PERSON, is_easily_guessed=False, known_words=password_rules.words_of(person)
        )


@pytest.mark.parametrize(
    ("status", "days", "is_given_up"),
    [(Status.PENDING, 30, False), (Status.PENDING, 31, True), (Status.ACTIVE, 400, False)],
)
def test_an_account_that_nobody_opened_is_given_up_in_the_end(status: Status, days: int, is_given_up: bool) -> None:
    account = replace(PENDING, status=status)
    assert rules.is_given_up(account, at=AT + timedelta(days=days)) is is_given_up


# --- users


@pytest.mark.parametrize("login", ["paie", "Nadia.B", "x-1", "a@firm.example"])
def test_a_login(login: str) -> None:
    assert users.read_login(f" {login} ") == login.casefold()


@pytest.mark.parametrize("login", ["", "ab", "1600000001", "-x-", "nadia b", "نادية", "n" * 65])
def test_no_login(login: str) -> None:
    with pytest.raises(users.LoginMalformed):
        users.read_login(login)


def add(known: Account | None = None, role: Role = Role.AGENT, employer_ids: tuple[str, ...] = ()) -> Account:
    return users.add_user(
        known,
        role=role,
        actor=role.actor,
        account_id="a2",
        known_by="i2",
        password_hash="h",
        employer_ids=employer_ids,
        second_factor="SECRET",
    )


def test_a_user_has_what_the_role_needs_and_no_more() -> None:
    agent, user = add(), add(role=Role.EMPLOYER, employer_ids=("1600000001",))
    assert (agent.second_factor, agent.employer_ids) == ("SECRET", ())
    assert (user.second_factor, user.employer_ids) == (None, ("1600000001",))
    assert add(employer_ids=("1600000001",)).employer_ids == ()


def test_users_that_cannot_be() -> None:
    with pytest.raises(users.LoginTaken):
        add(agent := add())
    with pytest.raises(users.EmployerLacking):
        add(role=Role.EMPLOYER)
    assert agent.status is Status.ACTIVE


# --- doors


@pytest.mark.parametrize(
    ("failures", "locked_minutes"),
    [(0, 0), (1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (1_000, 15)],
)
def test_a_login_is_locked_longer_each_time_and_never_for_long(failures: int, locked_minutes: int) -> None:
    throttle = LoginThrottle(door_id="d", name="n", failures=failures, failed_at=AT)
    until = lockout.locked_until(throttle, at=AT)
    assert until == (AT + timedelta(minutes=locked_minutes) if locked_minutes else None)
    if until:
        assert lockout.locked_until(throttle, at=until) is None


def test_failures_add_up_and_are_forgotten_after_a_day() -> None:
    throttle = LoginThrottle(door_id="d", name="n")
    for _ in range(7):
        throttle = lockout.failed(throttle, at=AT)
    assert throttle.failures == 7
    assert lockout.failed(throttle, at=AT + timedelta(hours=25)).failures == 1


def test_none_of_the_three_thousand_most_used_passwords_is_taken() -> None:
    """ASVS 5.0, 6.2.4."""
    most_used = [each for each in list(FREQUENCY_LISTS["passwords"])[:3_000] if len(each) >= 8]
    assert len(most_used) > 100
    for password in most_used:
        with pytest.raises(password_rules.PasswordCommon):
            password_rules.check_password(
                password, actor=ActorKind.PERSON, is_easily_guessed=is_easily_guessed(password), known_words=[]
            )


def test_how_long_a_guess_at_a_password_takes_is_bounded() -> None:
    """Signs that may each stand for several letters are what zxcvbn takes longest over."""
    started_s = time.process_time()
    is_easily_guessed("4@8({[<369&#!1/|0$5+7%2" * 100)
    assert time.process_time() - started_s < 2.0


def test_what_one_request_told_of_its_owner_is_not_in_a_variable_of_all_requests() -> None:
    is_easily_guessed("trois chats sur un mur")
    assert set(RANKED_DICTIONARIES["user_inputs"]) == set(passwords._regional_words())
