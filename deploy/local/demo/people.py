"""The people of the story. All invented: numbers that nobody has, names put together from two lists.

One of them is the canary: the first worker in Algeria, whose values are like nobody else's, so that `make verify` knows
them wherever they might stand in clear.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

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
"""How each is called where it is found, and what is looked for: the beginnings that are the same at every telling."""


@dataclass(frozen=True)
class Country:
    """How one fund's numbers are written, and where its money and messages go."""

    fund: str
    form: str
    insurance_digits: int
    national_id_digits: int
    mobile: str
    bank: str


ALGERIA = Country("dz-cnas", "das", 12, 18, "+2135", "00200300")
TUNISIA = Country("tn-cnss", "quarterly-wages", 10, 8, "+2162", "07040")


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


@dataclass(frozen=True)
class Employer:
    """A firm, with a number that its fund gave it."""

    number: str
    name: str
    email: str


@dataclass(frozen=True)
class Cast:
    """A firm and its workers, new at every telling, so that the story can be published again on the same platform."""

    country: Country
    run: int
    employer: Employer
    workers: tuple[Worker, ...]


def cast(country: Country, *, run: int, count: int) -> Cast:
    """The firm and the workers of this telling."""
    number = f"16{run:08d}" if country is ALGERIA else f"{run:08d}78"
    employer = Employer(number, f"SARL EXEMPLE {run}", f"paie-{run}@employeur.example")
    return Cast(country, run, employer, tuple(_worker(country, run, index) for index in range(1, count + 1)))


def _worker(country: Country, run: int, index: int) -> Worker:
    worker = _anybody(country, run, index)
    return _canary(worker, run) if country is ALGERIA and index == 1 else worker


def _canary(worker: Worker, run: int) -> Worker:
    """The same worker with values that are like nobody else's. (No account ends in what the bank refuses.)"""
    return replace(
        worker,
        insurance_number=f"{CANARY_INSURANCE_NUMBER}{run % 1000:03d}",
        national_id=f"{CANARY_NATIONAL_ID}{run:08d}",
        family_name=CANARY_FAMILY_NAME[0],
        first_name=CANARY_FIRST_NAME[0],
        family_name_ar=CANARY_FAMILY_NAME[1],
        first_name_ar=CANARY_FIRST_NAME[1],
        email=f"{CANARY_EMAIL}-{run}@personne.example",
        mobile=f"{CANARY_MOBILE}{run % 1000:03d}",
        account=account(ALGERIA, int(f"{CANARY_ACCOUNT[5:]}{run % 100:02d}7")),
    )


def _anybody(country: Country, run: int, index: int) -> Worker:
    (family, family_ar), (first, first_ar) = FAMILY_NAMES[index % 5], FIRST_NAMES[(index // 5 + index) % 5]
    if country is ALGERIA:
        insurance, national_id = f"90{run:05d}{index:05d}", f"1099{run:09d}{index:05d}"
        mobile = f"{country.mobile}{run % 100:02d}{index:05d}7"
    else:
        insurance, national_id = f"{run % 1000:03d}{index:05d}45", f"0{run % 100:02d}{index:05d}"
        mobile = f"{country.mobile}{run % 10}{index:05d}1"
    return Worker(
        insurance_number=insurance,
        national_id=national_id,
        family_name=family,
        first_name=first,
        family_name_ar=family_ar,
        first_name_ar=first_ar,
        birth_on=date(1970 + index % 30, 1 + index % 12, 1 + index % 28),
        email=f"assure-{run}-{index}@personne.example",
        mobile=mobile,
        account=account(country, run * 100_000 + index),
        wage_minor=6_000_000 + 50_000 * index if country is ALGERIA else 1_050_000 + 10_000 * index,
    )


def account(country: Country, serial: int) -> str:
    """An invented account number with the key that its country's rule gives it."""
    if country is ALGERIA:
        own = f"00300{serial:010d}"
        return f"002{own}{97 - int(own) * 100 % 97:02d}"
    own = f"07040{serial:013d}"
    return f"{own}{97 - int(own) * 100 % 97:02d}"


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
FAMILY = "spouse:1985-06-01;child:2015-04-02;child:2018-09-10"
"""Of the first worker: two children open the right to a family allowance where the fund pays one."""

EMPLOYER_COLUMNS = ("employer_number", "name", "sector", "affiliated_on", "closed_on", "email", "mobile", "language")


def write_register(folder: Path, characters: Cast, *, sector: str, spoilt: bool = False) -> tuple[Path, Path]:
    """The fund's register of this cast as two CSV files; `spoilt` adds a line that no register should have."""
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
            "ar" if index % 2 else "fr",
            str(index % 3) if index else "3",
            worker.account,
            "" if index else FAMILY,
        )
        for index, worker in enumerate(characters.workers)
    ]
    if spoilt:
        persons.append(("12", *persons[0][1:6], "31/31/1990", *persons[0][7:]))
    firm = characters.employer
    employers = [(firm.number, firm.name, sector, "2010-01-04", "", firm.email, "", "fr")]
    return (
        _write(folder / f"persons-{characters.country.fund}.csv", PERSON_COLUMNS, persons),
        _write(folder / f"employers-{characters.country.fund}.csv", EMPLOYER_COLUMNS, employers),
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path
