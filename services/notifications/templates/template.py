"""A template: the texts for one occasion, by channel and language, as data in `texts/<name>.v<version>.yaml`.

A text that has been sent never changes: its next wording is the next version, and messages remember theirs.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.funds.messages import Channel, MessagePurpose

Value = str | int

BRANDING = frozenset({"fund", "fund_name"})
"""What every text may name without declaring it: the fund's short name and its whole one."""

SMS_UNITS_MAX = 134
"""Two parts of 67 UTF-16 units: what a long SMS in Arabic, or in French with its accents, has room for."""


class ParameterKind(StrEnum):
    """What a parameter is, and so how it is written out for people (`writing`)."""

    TEXT = "text"
    COUNT = "count"
    NUMBERS = "numbers"
    AMOUNT = "amount"
    DAY = "day"
    INSTANT = "instant"
    PERIOD = "period"
    LINK = "link"
    FORM = "form"
    CLAIM_TYPE = "claim-type"
    PAPER = "paper"
    PAPER_REASON = "paper-reason"
    REFUSAL_REASON = "refusal-reason"
    AWARD_REASON = "award-reason"


@dataclass(frozen=True, kw_only=True)
class TemplateWording:
    """The sentences of one language; `{name}` takes a parameter. An empty line begins a new paragraph."""

    subject: str
    text: str
    sms: str = ""

    @property
    def bare_subject(self) -> str:
        """The subject without what differs from one message to the other."""
        return "".join(
            text + ("…" if name is not None else "") for text, name, _, _ in string.Formatter().parse(self.subject)
        )

    def names(self) -> Iterator[str]:
        """The parameters that the sentences name."""
        for sentence in (self.subject, self.text, self.sms):
            yield from (name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Which event a template answers, by the name of its class, and which of the event's fields say to whom (`to`),
    about which case, and what happens once (`once_for`; the case where nothing is said): published twice, or by two
    events, it is one message. A parameter is the field of its name, or the one that `fields` names.

    `when` compares fields: true or false is whether there is anything in one, a list which values it may have.
    After the instant in `use_until` the message is of no use. `reached_by` is the field with other addresses than the
    register's, encrypted for who it goes to: the former ones, say.
    """

    event: str
    to: str
    about: str
    once_for: tuple[str, ...] = ()
    when: Mapping[str, bool | tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    use_until: str | None = None
    reached_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Template:
    """One version of a text. `example` has a value for each parameter: the longest that is likely.

    It is sent by every channel that reaches its owner, or, where `is_sent_by_one`, by the first of them alone; by none
    that its owner does not want for messages of its `purpose`.
    """

    name: str
    version: int
    channels: tuple[Channel, ...]
    parameters: Mapping[str, ParameterKind]
    example: Mapping[str, Value]
    wordings: Mapping[str, TemplateWording]
    purpose: MessagePurpose = MessagePurpose.LEGAL
    is_urgent: bool = False
    is_sent_by_one: bool = False
    answers: Answers | None = None

    def __post_init__(self) -> None:
        if set(self.example) != set(self.parameters):
            raise ValueError("example does not have the declared parameters")
        for language, wording in self.wordings.items():
            if undeclared := set(wording.names()) - set(self.parameters) - BRANDING:
                raise ValueError(f"{language} names {', '.join(sorted(undeclared))}, which is not declared")
            if bool(wording.sms) != (Channel.SMS in self.channels):
                raise ValueError(f"{language} has an sms where the channels have none, or none where they have one")
