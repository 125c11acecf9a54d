"""What a password must be. Pure: what is known of its owner is handed in."""

import re
import unicodedata
from collections.abc import Iterable

from services.identity.accounts.application import ApplicantFacts
from services.identity.register.person import Person
from shared.funds.fund import Fund
from shared.kernel import normalize, partial_date
from shared.kernel.actors import ActorKind
from shared.kernel.errors import Invalid
from shared.kernel.partial_date import PartialDate

PASSWORD_LENGTH_MIN = {ActorKind.PERSON: 8, ActorKind.EMPLOYER: 12, ActorKind.STAFF: 12}
"""NIST SP 800-63B-4 asks for 15 where a password stands alone. A person's 8 (ASVS 5.0, 6.2.1) go with a link sent
and with throttled sign-in; staff have a second factor. Decided so, and written down in the README."""
PASSWORD_LENGTH_MAX = 256
CONTEXT_LENGTH_MIN = 4
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")


class PasswordTooShort(Invalid):
    code = "account.password-too-short"


class PasswordTooLong(Invalid):
    code = "account.password-too-long"


class PasswordCommon(Invalid):
    """It is easily guessed: `passwords.is_easily_guessed`."""

    code = "account.password-common"


class PasswordPersonal(Invalid):
    code = "account.password-personal"


def read_password(text: str) -> str:
    """The password as it is hashed: the same signs however a keyboard composed them (NFKC, as NIST advises).

    What it must be is checked before, on what was typed: NFKC makes eighteen letters of one (ﷺ).
    """
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, *, actor: ActorKind, is_easily_guessed: bool, known_words: Iterable[str]) -> None:
    """Long enough as it was typed, not made of what is known of its owner, not easily guessed. Nothing else."""
    length_min = PASSWORD_LENGTH_MIN[actor]
    if normalize.length(password) < length_min:
        raise PasswordTooShort(length_min=length_min)
    if len(password) > PASSWORD_LENGTH_MAX:
        raise PasswordTooLong(length_max=PASSWORD_LENGTH_MAX)
    if is_personal(password, known_words=known_words):
        raise PasswordPersonal
    if is_easily_guessed:
        raise PasswordCommon


def is_personal(password: str, *, known_words: Iterable[str]) -> bool:
    """Whether something that is known of its owner stands in a password, however it is spelled."""
    folded = normalize.folded(password)
    spelled = (folded, folded.translate(LOOKALIKES))
    return any(word in spelling for word in _compared(known_words) for spelling in spelled)


def _compared(known_words: Iterable[str]) -> set[str]:
    """Each word of what is known, and all of it run together, where it is long enough to say anything."""
    words = {normalize.folded(each) for known in known_words for each in (known, *re.split(r"[\s'’\-]+", known))}
    return {word for word in words if len(word) >= CONTEXT_LENGTH_MIN}


def personal_words(facts: ApplicantFacts) -> list[str]:
    """What a password may not contain of the facts that its owner just gave."""
    return [facts.national_id, facts.insurance_number, _mailbox(facts.email), *_dates(facts.birth_on)]


def words_of(person: Person) -> list[str]:
    """What a password may not contain of what the register knows of its owner."""
    civil = person.civil
    names = [civil.family_name, civil.first_name, civil.family_name_ar or "", civil.first_name_ar or ""]
    return [civil.national_id, civil.insurance_number, _mailbox(person.contact.email), *names, *_dates(civil.birth_on)]


def _mailbox(email: str | None) -> str:
    return (email or "").partition("@")[0]


_DATE_FORMS = ("%d%m%Y", "%Y%m%d", "%m%d%Y", "%d%m%y", "%y%m%d")


def _dates(birth: PartialDate) -> list[str]:
    day = partial_date.whole(birth)
    return [] if day is None else [day.strftime(form) for form in _DATE_FORMS]


def fund_words(fund: Fund) -> list[str]:
    """What everybody thinks of first at this fund."""
    return ["himaya", fund.fund_id, *fund.branding.short_names.values()]
