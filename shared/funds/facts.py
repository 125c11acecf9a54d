"""The names of the facts that benefits may be decided from: a closed list, so that a slip of the pen is found when a
definition is read. Claims says what each of them is for a person on a day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

QUARTERS_MAX = 240
"""Sixty years: a pension counts every quarter of a life's work."""
_CODE = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"


class FactOrigin(StrEnum):
    """Where facts come from that change after a grant: what is learnt from there may change what was decided."""

    WAGES = "wages"
    """What employers declare."""
    REGISTER = "register"
    """What the fund's own register says of a person and of who depends on them; ages with it."""
    LIFE = "life"
    """Whether somebody lives."""
    GRANTED = "granted"
    COVER = "cover"
    OTHER_REGISTER = "other-register"
    SURVIVORS = "survivors"
    """What other survivors of the same deceased are granted."""


class FactKind(StrEnum):
    """What a fact is, and with it which tests can be asked of it."""

    YES_NO = "yes or no"
    NUMBER = "a number"
    AMOUNT = "an amount"
    DAY = "a day"
    TEXT = "a text"


@dataclass(frozen=True)
class FactName:
    """A family of facts: how its names are written, for people (`written`) and for the reader (`pattern`), what they
    say, and from where a change of them comes. `kind` is None where the name alone does not say it: an answer, a step
    of the formula, what another register says."""

    written: tuple[str, ...]
    pattern: str
    description: str
    kind: FactKind | None = None
    origins: frozenset[FactOrigin] = frozenset()

    def read(self, name: str) -> "re.Match[str] | None":
        return re.fullmatch(self.pattern, name)


ANSWER = FactName(("answer.<code>",), rf"answer\.(?P<code>{_CODE})", "what the person answered to a question")
ANSWER_DAYS_AGO = FactName(
    ("answer.<code>.days-ago",),
    rf"answer\.(?P<code>{_CODE})\.days-ago",
    "how many days ago the day was that they answered",
    kind=FactKind.NUMBER,
)
FORMULA = FactName(("formula.<code>",), rf"formula\.(?P<code>{_CODE})", "what a step of the formula came to")
AGE = FactName(
    ("person.age",),
    r"person\.age",
    "completed years of age",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.REGISTER}),
)
BIRTH_ON = FactName(
    ("person.birth-on",),
    r"person\.birth-on",
    "the day of birth",
    kind=FactKind.DAY,
    origins=frozenset({FactOrigin.REGISTER}),
)
IS_ALIVE = FactName(
    ("person.is-alive",),
    r"person\.is-alive",
    "whether the person lives, as far as the register has said",
    kind=FactKind.YES_NO,
    origins=frozenset({FactOrigin.LIFE}),
)
DIED_ON = FactName(
    ("person.died-on",), r"person\.died-on", "the day of death", kind=FactKind.DAY, origins=frozenset({FactOrigin.LIFE})
)
DEPENDANTS = FactName(
    (
        "dependants.count",
        "dependants.<relation>",
        "dependants.<relation>.aged-A-to-B",
        "dependants.<relation>.months-A-to-B",
        "dependants.<relation>.<condition>",
    ),
    rf"dependants\.(?P<relation>{_CODE})(?:\.(?:aged-(?P<years>[0-9]{{1,3}}-to-[0-9]{{1,3}})"
    rf"|months-(?P<months>[0-9]{{1,3}}-to-[0-9]{{1,3}})|(?P<condition>{_CODE})))?",
    "how many dependants there are: all (`count`), of one relation in the plural (`children`) who are covered on the "
    "day, of an age in completed years or months (both ends included), or under a condition (`children.disabled`)",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.REGISTER}),
)
RIGHT_IS_OPEN = FactName(
    ("right.is-open",),
    r"right\.is-open",
    "whether the right to benefits is open",
    kind=FactKind.YES_NO,
    origins=frozenset({FactOrigin.WAGES, FactOrigin.LIFE}),
)
WORK_QUARTERS = FactName(
    ("work.quarters",),
    r"work\.quarters",
    "how many quarters were worked, in all",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.WAGES}),
)
WORK_DAYS = FactName(
    ("work.days.last-N-quarters",),
    r"work\.days\.last-(?P<quarters>[1-9][0-9]{0,2})-quarters",
    "days worked, in the last quarters",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.WAGES}),
)
WAGE_LAST_QUARTER = FactName(
    ("wages.last-quarter",),
    r"wages\.last-quarter",
    "the wages of the last quarter that is over and was declared",
    kind=FactKind.AMOUNT,
    origins=frozenset({FactOrigin.WAGES}),
)
WAGES = FactName(
    (
        "wages.total.last-N-quarters",
        "wages.mean-month.last-N-quarters",
        "wages.mean-quarter.last-N-quarters",
        "wages.mean-year.last-N-quarters",
    ),
    r"wages\.(?P<mean>total|mean-month|mean-quarter|mean-year)\.last-(?P<quarters>[1-9][0-9]{0,2})-quarters",
    "the wages of the last declared quarters, or their mean",
    kind=FactKind.AMOUNT,
    origins=frozenset({FactOrigin.WAGES}),
)
GRANTED_AMOUNT = FactName(
    ("granted.amount.this-year",),
    r"granted\.amount\.this-year",
    "what was granted for such claims since 1 January",
    kind=FactKind.AMOUNT,
    origins=frozenset({FactOrigin.GRANTED}),
)
GRANTED_COUNT = FactName(
    ("granted.count.last-N-days",),
    r"granted\.count\.last-(?P<days>[1-9][0-9]{0,3})-days",
    "how many such claims were granted",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.GRANTED}),
)
COVER = FactName(
    ("cover.<claim-type>",),
    rf"cover\.(?P<claim_type>{_CODE})",
    "whether a cover of this claim type is in force",
    kind=FactKind.YES_NO,
    origins=frozenset({FactOrigin.COVER}),
)
MINIMUM_WAGE = FactName(
    ("fund.minimum-wage",), r"fund\.minimum-wage", "the least lawful wage of a month", kind=FactKind.AMOUNT
)
FILED_ON = FactName(("claim.filed-on",), r"claim\.filed-on", "the day of filing", kind=FactKind.DAY)
REGISTER = FactName(
    ("register.<register>.<field>",),
    rf"register\.(?P<register>{_CODE})\.(?P<field>{_CODE})",
    "what another register answers",
    origins=frozenset({FactOrigin.OTHER_REGISTER}),
)

DECEASED = FactName(
    ("deceased.<fact>",),
    r"deceased\.(?P<fact>(?:person|dependants|work|wages|right)\..+)",
    "a fact of the insured person who died, whom the claim names: what they had worked and earned until that day, and "
    "who of their family is covered on the day that is judged",
)

EARLIER_SURVIVORS = FactName(
    ("survivors.earlier-amount",),
    r"survivors\.earlier-amount",
    "what other survivors of the same deceased come to for a period, by awards of the same benefit that were opened "
    "earlier: what is left of a common ceiling is `capped` with it as `less`",
    kind=FactKind.AMOUNT,
    origins=frozenset({FactOrigin.SURVIVORS}),
)

VOCABULARY = (
    ANSWER,
    ANSWER_DAYS_AGO,
    FORMULA,
    AGE,
    BIRTH_ON,
    IS_ALIVE,
    DIED_ON,
    DEPENDANTS,
    RIGHT_IS_OPEN,
    WORK_QUARTERS,
    WORK_DAYS,
    WAGE_LAST_QUARTER,
    WAGES,
    GRANTED_AMOUNT,
    GRANTED_COUNT,
    COVER,
    MINIMUM_WAGE,
    FILED_ON,
    REGISTER,
    DECEASED,
    EARLIER_SURVIVORS,
)


def is_a_code(code: str) -> bool:
    """Whether a question, a step or a condition may be named so: small letters and digits, joined by hyphens."""
    return re.fullmatch(_CODE, code) is not None


def is_a_fact(name: str) -> bool:
    """Whether there is such a fact."""
    of_deceased = DECEASED.read(name)
    if of_deceased is not None:
        return is_a_fact(of_deceased["fact"])
    return any(each.read(name) for each in VOCABULARY)


def kind_of(name: str) -> FactKind | None:
    """What a fact is; None where its name does not say it."""
    of_deceased = DECEASED.read(name)
    if of_deceased is not None:
        return kind_of(of_deceased["fact"])
    return next((each.kind for each in VOCABULARY if each.read(name)), None)


def impossible(name: str) -> str:
    """What stands in a name that no value can have; empty where all is well."""
    of_deceased = DECEASED.read(name)
    read = DEPENDANTS.read(name if of_deceased is None else of_deceased["fact"])
    for part in (read["years"], read["months"]) if read else ():
        youngest, _, oldest = (part or "0-to-0").partition("-to-")
        if int(youngest) > int(oldest):
            return f"nobody is from {youngest} to {oldest}"
    quarters = WORK_DAYS.read(name) or WAGES.read(name)
    if quarters and int(quarters["quarters"]) > QUARTERS_MAX:
        return f"no more than {QUARTERS_MAX} quarters are kept"
    return ""


def origins_of(names: Iterable[str]) -> frozenset[FactOrigin]:
    """From where a change of any of these facts comes, whoever they are of."""
    found: set[FactOrigin] = set()
    for name in names:
        of_deceased = DECEASED.read(name)
        own = name if of_deceased is None else of_deceased["fact"]
        found |= next((kind.origins for kind in VOCABULARY if kind is not DECEASED and kind.read(own)), frozenset())
    return frozenset(found)
