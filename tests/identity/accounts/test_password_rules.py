"""Which passwords are taken: with what is known of people, and with what their owner is called."""

import time
from dataclasses import replace

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS
from zxcvbn.matching import RANKED_DICTIONARIES

from services.identity.accounts import password_rules, passwords
from services.identity.accounts.passwords import is_easily_guessed
from shared.kernel.actors import ActorKind
from shared.kernel.partial_date import PartialDate
from tests.identity.accounts.builders import AMIRA, FACTS
from tests.identity.builders import AMIRA_NIN, AMIRA_NSS
from tests.kit.contexts import DZ, funds
from tests.kit.roles import Role


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


def test_the_same_signs_are_the_same_password_however_they_were_composed() -> None:
    assert password_rules.read_password("e\u0301te\u0301") == password_rules.read_password("été")


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
