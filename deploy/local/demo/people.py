"""The people of the story. All invented: numbers made of the fund's own rules, names put together from two lists.

One of them is the canary: the first worker, whose values are like nobody else's wherever the fund's rules have room for
them, so that `make verify` knows them wherever they might stand in clear.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from deploy.local.demo import numbers
from shared.funds.fund import Fund, IdentifierKind, PhoneRule
from shared.funds.identifiers import is_account

FAMILY_NAMES = (
    ("BENALI", "بن علي"),
    ("MANSOURI", "منصوري"),
    ("HADDAD", "حداد"),
    ("MEZIANE", "مزيان"),
    ("SAADI", "سعدي"),
)
FIRST_NAMES = (("AMIRA", "أميرة"), ("KARIM", "كريم"), ("LEILA", "ليلى"), ("YACINE", "ياسين"), ("NADIA", "نادية"))

CANARY_FAMILY_NAME, CANARY_FIRST_NAME = ("KANARIMADA", "كناريمادة"), ("TEMOINELLE", "تيموانيل")
CANARY_NATIONAL_ID, CANARY_INSURANCE_NUMBER = "7770007770", "907707707"
CANARY_MOBILE, CANARY_EMAIL, CANARY_ACCOUNT = "+213577007", "kanarimada.temoin", "003007707707"
CANARY_DIAGNOSIS = "DIAGNOSTIC TEMOIN KANARIMADA E11.9"

CANARIES: dict[str, tuple[str, ...]] = {
    "a family name": (*CANARY_FAMILY_NAME, *(arabic for _, arabic in FAMILY_NAMES)),
    "a first name": CANARY_FIRST_NAME,
    "a national id": (CANARY_NATIONAL_ID,),
    "an insurance number": (CANARY_INSURANCE_NUMBER,),
    "a mobile number": (CANARY_MOBILE, CANARY_MOBILE.lstrip("+")),
    "an e-mail address": (CANARY_EMAIL, "@personne.example", "@employeur.example"),
    "a bank account": (CANARY_ACCOUNT,),
    "a diagnosis": (CANARY_DIAGNOSIS,),
}
"""How each is called where it is found, and what is looked for: the beginnings that are the same in every run."""

USUAL_WAGE = 5_000
"""A month's, in units of the currency, where the fund says nothing of least wages."""


@dataclass(frozen=True)
class Worker:
    """An insured person as the fund's register has it."""

    insurance_number: str
    national_id: str
    family_name: str
    first_name: str
    family_name_ar: str
    first_name_ar: str
    birth_on: date
    email: str
    mobile: str
    account: str
    wage_minor: int
    """Of a month."""


@dataclass(frozen=True)
class Employer:
    """A firm, with a number that its fund gave it."""

    number: str
    name: str
    email: str


@dataclass(frozen=True)
class Cast:
    """A firm and its workers, new in every run, so that the demo can run again on the same platform."""

    fund: Fund
    run: int
    employer: Employer
    workers: tuple[Worker, ...]


def cast(fund: Fund, *, run: int, count: int) -> Cast:
    """The firm and the workers of this run."""
    # From 1: a number of zeros alone is an empty field.
    number = numbers.identifier(fund.identifiers[IdentifierKind.EMPLOYER_NUMBER], run=0, index=run + 1)
    employer = Employer(number, f"SARL EXEMPLE {run}", f"paie-{run}@employeur.example")
    people = [_anybody(fund, run, index) for index in range(1, count + 1)]
    return Cast(fund, run, employer, (_canary(fund, people[0], run), *people[1:]) if people else ())


def _canary(fund: Fund, worker: Worker, run: int) -> Worker:
    """The same worker with values that are like nobody else's. (No account ends in what the bank refuses.)"""
    rules, own = fund.identifiers, fund.payments.payouts
    insurance, national = rules[IdentifierKind.INSURANCE_NUMBER], rules[IdentifierKind.NATIONAL_ID]
    insurance_number = f"{CANARY_INSURANCE_NUMBER}{run % 1000:03d}"
    national_id = f"{CANARY_NATIONAL_ID}{run:08d}"
    mobile = f"{CANARY_MOBILE}{run % 1000:03d}"
    body = f"{CANARY_ACCOUNT}{run % 100:02d}7"
    accounts = (f"{own.number[:3]}{body}{key:02d}" for key in range(100))
    return replace(
        worker,
        insurance_number=insurance_number if insurance.fits(insurance_number) else worker.insurance_number,
        national_id=national_id if national.fits(national_id) else worker.national_id,
        family_name=CANARY_FAMILY_NAME[0],
        first_name=CANARY_FIRST_NAME[0],
        family_name_ar=CANARY_FAMILY_NAME[1],
        first_name_ar=CANARY_FIRST_NAME[1],
        email=f"{CANARY_EMAIL}-{run}@personne.example",
        mobile=mobile if _is_mobile(fund.phone, mobile) else worker.mobile,
        account=next((each for each in accounts if is_account(each, rule=own.rule)), worker.account),
    )


def _is_mobile(rule: PhoneRule, number: str) -> bool:
    return rule.e164(number) == number


def _anybody(fund: Fund, run: int, index: int) -> Worker:
    (family, family_ar), (first, first_ar) = FAMILY_NAMES[index % 5], FIRST_NAMES[(index // 5 + index) % 5]
    insurance, national = (
        fund.identifiers[kind] for kind in (IdentifierKind.INSURANCE_NUMBER, IdentifierKind.NATIONAL_ID)
    )
    return Worker(
        insurance_number=numbers.identifier(insurance, run=run, index=index),
        national_id=numbers.identifier(national, run=run, index=index),
        family_name=family,
        first_name=first,
        family_name_ar=family_ar,
        first_name_ar=first_ar,
        birth_on=date(1970 + index % 30, 1 + index % 12, 1 + index % 28),
        email=f"assure-{run}-{index}@personne.example",
        mobile=numbers.mobile(fund.phone, run=run, index=index),
        account=numbers.account(fund.payments.payouts, of=fund.payments, run=run, index=index),
        wage_minor=_monthly_wage_minor(fund, index),
    )


def _monthly_wage_minor(fund: Fund, index: int) -> int:
    """Twice the least lawful wage where the fund has one, and a little more from worker to worker of a hundred: the
    wages of a long file stay what people earn."""
    owed = fund.sections.contributions
    least = [each.a_month.amount_minor for each in owed.minimum_wages] if owed else []
    usual = 2 * max(least) if least else USUAL_WAGE * 10**fund.currency.decimals
    return usual + usual // 100 * (index % 100)


PERSON_COLUMNS = (
    "insurance_number",
    "national_id",
    "family_name",
    "first_name",
    "family_name_ar",
    "first_name_ar",
    "birth_on",
    "email",
    "mobile",
    "language",
    "dependants",
    "bank_account",
    "family",
)
FAMILY = (("spouse", "1985-06-01"), ("child", "2015-04-02"), ("child", "2018-09-10"))
"""Of the first worker, as far as the fund covers them: two children open the right to an allowance."""

EMPLOYER_COLUMNS = ("employer_number", "name", "sector", "affiliated_on", "closed_on", "email", "mobile", "language")


def activity(fund: Fund) -> str:
    """What the firm does: where the fund has accident rates by kind of business, the first that it names."""
    owed = fund.sections.contributions
    return next(iter(owed.accident_rates[-1].activities)) if owed and owed.accident_rates else "services"


def _family(fund: Fund) -> str:
    covered = fund.sections.entitlements.dependants if fund.sections.entitlements else ()
    known = {each.relation for each in covered if each.condition is None}
    return ";".join(f"{relation}:{birth_on}" for relation, birth_on in FAMILY if relation in known)


def write_register(folder: Path, characters: Cast, *, spoilt: bool = False) -> tuple[Path, Path]:
    """The fund's register of this cast as two CSV files; `spoilt` adds a line that no register should have."""
    languages = characters.fund.languages
    persons = [
        (
            worker.insurance_number,
            worker.national_id,
            worker.family_name,
            worker.first_name,
            worker.family_name_ar,
            worker.first_name_ar,
            worker.birth_on.isoformat(),
            worker.email,
            worker.mobile,
            languages[-1 - index % len(languages)],
            str(index % 3) if index else "3",
            worker.account,
            "" if index else _family(characters.fund),
        )
        for index, worker in enumerate(characters.workers)
    ]
    if spoilt:
        persons.append(("12", *persons[0][1:6], "31/31/1990", *persons[0][7:]))
    firm = characters.employer
    employers = [(firm.number, firm.name, activity(characters.fund), "2010-01-04", "", firm.email, "", languages[-1])]
    return (
        _write(folder / f"persons-{characters.fund.fund_id}.csv", PERSON_COLUMNS, persons),
        _write(folder / f"employers-{characters.fund.fund_id}.csv", EMPLOYER_COLUMNS, employers),
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path
