"""The names of the facts that benefits may be decided from: a closed list, so that a slip of the pen is found when a
definition is read. Claims says what each of them is for a person on a day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

KEPT_MAX = {"quarters": 240, "months": 720}
"""Sixty years: a pension counts every quarter of a life's work."""
NOTHING_PROVED = "none"
"""The condition of a dependant of whom nothing was proved."""
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


def plural(relation: str) -> str:
    """A relation as facts count it: `children`, `parents`."""
    return "children" if relation == "child" else f"{relation}s"


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
DEPENDANT_AGE = FactName(
    ("dependant.<question>.age", "dependant.<question>.months"),
    rf"dependant\.(?P<question>{_CODE})\.(?P<unit>age|months)",
    "completed years or months of age of the dependant whom the answer to the question names",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.REGISTER}),
)
DEPENDANT_IS = FactName(
    ("dependant.<question>.is-registered", "dependant.<question>.is-covered"),
    rf"dependant\.(?P<question>{_CODE})\.is-(?P<what>registered|covered)",
    "whether the register still has the dependant whom the answer names, and whether they are covered through the "
    "person on the day. Whom the register says to have died it has no more from the day after",
    kind=FactKind.YES_NO,
    origins=frozenset({FactOrigin.REGISTER}),
)
DEPENDANT_WORD = FactName(
    ("dependant.<question>.relation", "dependant.<question>.condition"),
    rf"dependant\.(?P<question>{_CODE})\.(?P<field>relation|condition)",
    "the relation (`child`) of the dependant whom the answer names, and what was proved of them (`disabled`), as the "
    f"fund's `entitlements` call it; `{NOTHING_PROVED}` where nothing was",
    kind=FactKind.TEXT,
    origins=frozenset({FactOrigin.REGISTER}),
)
OF_A_DEPENDANT = (DEPENDANT_AGE, DEPENDANT_IS, DEPENDANT_WORD)
"""Facts of the dependant whom the person names, as the register has them: they are not asked."""
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
WORK_DAYS_OF_MONTHS = FactName(
    ("work.days.last-N-months",),
    r"work\.days\.last-(?P<months>[1-9][0-9]{0,2})-months",
    "days worked, in the last months. Not known where what was declared for a longer time does not say it",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.WAGES}),
)
WORKED_QUARTERS = FactName(
    ("work.quarters.last-N-quarters", "work.quarters-of-D-days.last-N-quarters"),
    r"work\.quarters(?:-of-(?P<days>[1-9][0-9]{0,2})-days)?\.last-(?P<quarters>[1-9][0-9]{0,2})-quarters",
    "in how many of the last quarters that are over anything was worked, or at least so many days. Not known where "
    "what was declared for a longer time does not say it",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.WAGES}),
)
WORKED_MONTHS = FactName(
    ("work.months.last-N-months", "work.months-of-D-days.last-N-months"),
    r"work\.months(?:-of-(?P<days>[1-9][0-9]?)-days)?\.last-(?P<months>[1-9][0-9]{0,2})-months",
    "the same, of months",
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
    "what was granted to the person by other claims of the type since 1 January: for what is paid once by its day of "
    "care or of filing, for what runs pay by the first day of each period",
    kind=FactKind.AMOUNT,
    origins=frozenset({FactOrigin.GRANTED}),
)
GRANTED_COUNT = FactName(
    ("granted.count.last-N-days",),
    r"granted\.count\.last-(?P<days>[1-9][0-9]{0,3})-days",
    "how often that was granted: each claim that is paid once, and each period that a run paid",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.GRANTED}),
)
GRANTED_OF = FactName(
    (
        "granted.<claim-type>.count",
        "granted.<claim-type>.count.last-N-months",
        "granted.<claim-type>.count.same-<question>",
    ),
    rf"granted\.(?P<claim_type>{_CODE})\.count"
    rf"(?:\.last-(?P<months>[1-9][0-9]{{0,2}})-months|\.same-(?P<question>{_CODE}))?",
    "how many claims of the type were granted to the person, beside this one: all, those of the last months by their "
    "day of care or of filing, or those that answer the question alike (the same child, the same day)",
    kind=FactKind.NUMBER,
    origins=frozenset({FactOrigin.GRANTED}),
)
GRANTED_DAYS_AGO = FactName(
    ("granted.<claim-type>.days-ago",),
    rf"granted\.(?P<claim_type>{_CODE})\.days-ago",
    "how many days ago the day of the last claim of the type was that was granted; not known where none was",
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
    *OF_A_DEPENDANT,
    RIGHT_IS_OPEN,
    WORK_QUARTERS,
    WORK_DAYS,
    WORK_DAYS_OF_MONTHS,
    WORKED_QUARTERS,
    WORKED_MONTHS,
    WAGE_LAST_QUARTER,
    WAGES,
    GRANTED_AMOUNT,
    GRANTED_COUNT,
    GRANTED_OF,
    GRANTED_DAYS_AGO,
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


def question_of(name: str) -> str | None:
    """The code of the question whose answer a fact is, or is of; None of a fact that rests on no answer."""
    read = ANSWER.read(name) or ANSWER_DAYS_AGO.read(name)
    if read is not None:
        return read["code"]
    of = next((found for each in (*OF_A_DEPENDANT, GRANTED_OF) if (found := each.read(name))), None)
    return None if of is None else of["question"]


def is_of_an_answer(name: str) -> bool:
    """Whether it is looked up by an answer: whom it names, or what was granted to the same."""
    return question_of(name) is not None and not (ANSWER.read(name) or ANSWER_DAYS_AGO.read(name))


def is_of_a_dependant(name: str) -> bool:
    """Whether it is a fact of the dependant whom an answer names."""
    return any(each.read(name) for each in OF_A_DEPENDANT)


def impossible(name: str) -> str:
    """What stands in a name that no value can have; empty where all is well."""
    of_deceased = DECEASED.read(name)
    own = name if of_deceased is None else of_deceased["fact"]
    read = DEPENDANTS.read(own)
    for part in (read["years"], read["months"]) if read else ():
        youngest, _, oldest = (part or "0-to-0").partition("-to-")
        if int(youngest) > int(oldest):
            return f"nobody is from {youngest} to {oldest}"
    return _longer_than_kept(own)


def _longer_than_kept(name: str) -> str:
    for family in (WORK_DAYS, WORK_DAYS_OF_MONTHS, WORKED_QUARTERS, WORKED_MONTHS, WAGES):
        read = family.read(name)
        for unit, most in KEPT_MAX.items() if read else ():
            if read and int(read.groupdict().get(unit) or 0) > most:
                return f"no more than {most} {unit} are kept"
    return ""


def origins_of(names: Iterable[str]) -> frozenset[FactOrigin]:
    """From where a change of any of these facts comes, whoever they are of."""
    found: set[FactOrigin] = set()
    for name in names:
        of_deceased = DECEASED.read(name)
        own = name if of_deceased is None else of_deceased["fact"]
        found |= next((kind.origins for kind in VOCABULARY if kind is not DECEASED and kind.read(own)), frozenset())
    return frozenset(found)
