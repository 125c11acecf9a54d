"""A message campaign: one text of the fund's own for many persons or employers, sent as fast as channels allow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.notifications.messages.batch import MessageCount
from services.notifications.templates.template import TemplateWording
from shared.audiences.joining import JoinPlace
from shared.events.audiences import AudienceMember
from shared.funds.messages import Channel, MessagePurpose

NAME_CHARACTERS_MAX = 120
SUBJECT_CHARACTERS_MAX = 150
TEXT_CHARACTERS_MAX = 5_000
SMS_CHARACTERS_MAX = 400
REASON_CHARACTERS_MAX = 500
CONDITIONS_MAX = 5


class CampaignStatus(StrEnum):
    """`draft`: it is written; `selecting`: the service that knows the audience answers page by page; `ready`: everybody
    is counted, and it waits to be started; `sending`; `stopped`: nothing more of it is written until it is resumed;
    `finished`: everybody was written to; `cancelled`: it is not sent, or not to the rest."""

    DRAFT = "draft"
    SELECTING = "selecting"
    READY = "ready"
    SENDING = "sending"
    STOPPED = "stopped"
    FINISHED = "finished"
    CANCELLED = "cancelled"


MOVES: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.DRAFT, CampaignStatus.SELECTING, CampaignStatus.CANCELLED}),
    CampaignStatus.SELECTING: frozenset({CampaignStatus.DRAFT, CampaignStatus.READY, CampaignStatus.CANCELLED}),
    CampaignStatus.READY: frozenset(
        {CampaignStatus.DRAFT, CampaignStatus.SELECTING, CampaignStatus.SENDING, CampaignStatus.CANCELLED}
    ),
    CampaignStatus.SENDING: frozenset({CampaignStatus.STOPPED, CampaignStatus.FINISHED}),
    CampaignStatus.STOPPED: frozenset({CampaignStatus.SENDING, CampaignStatus.CANCELLED}),
    CampaignStatus.FINISHED: frozenset(),
    CampaignStatus.CANCELLED: frozenset(),
}


@dataclass(frozen=True, kw_only=True)
class CampaignCondition:
    """An audience that recipients belong to, or, with `is_not`, do not; and what it is asked with."""

    code: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    is_not: bool = False


@dataclass(frozen=True, kw_only=True)
class CampaignAudience:
    """Who is written to: the code of an audience and what it is asked with; of those, who meets each further condition
    (`also`) and, where `languages` names any, reads one of them."""

    code: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    also: tuple[CampaignCondition, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[CampaignCondition, ...]:
        """All of them: the first is the audience itself."""
        return (CampaignCondition(code=self.code, parameters=self.parameters), *self.also)


@dataclass(frozen=True, kw_only=True)
class AudienceAnswer:
    """How far a service has answered for the conditions that it knows, by their numbers. An excluding one names those
    who are left out."""

    conditions: tuple[int, ...]
    is_excluding: bool = False
    pages: int = 0
    is_ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How the members of an audience are reached, counted as their pages come in. `by_channel` are those whom a message
    reaches by a channel; who has two is counted in both. The inbox alone has `inbox_only`, for want of an address, and
    `not_wanted`, by choice. Nobody writes to the `dead`, nor to who is `not_registered`, nor, where the campaign is for
    some languages, to who reads another one (`other_language`). `selected` are all who meet the conditions."""

    recipients: int = 0
    by_channel: Mapping[Channel, int] = field(default_factory=dict)
    by_language: Mapping[str, int] = field(default_factory=dict)
    inbox_only: int = 0
    not_wanted: int = 0
    dead: int = 0
    not_registered: int = 0
    other_language: int = 0
    selected: int = 0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the writing is: the next page of the audience, the next of its members, and what was written so far;
    `inbox` of the messages stand in the account alone, in no batch that would count them. `last_owner` is the last who
    was written to: whoever comes behind in the order of ids was not."""

    next_page: int = 1
    next_member: int = 0
    members: int = 0
    messages: int = 0
    inbox: int = 0
    last_owner: str = ""


@dataclass(frozen=True, kw_only=True)
class CampaignDraft:
    """What somebody writes: whom it is for, by which channels, and what it says in each of the fund's languages.

    A `legal` campaign goes to everybody whatever they prefer, and at any hour; `legal_reference` says by which text.
    """

    name: str
    purpose: MessagePurpose
    legal_reference: str
    audience: CampaignAudience
    channels: tuple[Channel, ...]
    wordings: Mapping[str, TemplateWording]


@dataclass(frozen=True, kw_only=True)
class MessageCampaign:
    """A campaign, from its draft to its last message. `selection_id` is the selection of its audience that counts;
    `refused` the code of why the last one failed. `counted` is how many belong to each condition alone. Where several
    services answer for the conditions, `joining` is how far their answers were joined, None before all have come."""

    campaign_id: str
    draft: CampaignDraft
    status: CampaignStatus
    written_by: str
    written_at: datetime
    selection_id: str = ""
    pages: int = 0
    answers: tuple[AudienceAnswer, ...] = ()
    counted: tuple[int, ...] = ()
    joining: JoinPlace | None = None
    reach: Reach = field(default_factory=Reach)
    refused: str = ""
    started_by: str = ""
    started_at: datetime | None = None
    progress: Progress = field(default_factory=Progress)
    ended_at: datetime | None = None
    reason: str = ""
    """Why it was stopped or cancelled."""
    is_counted: bool | None = None
    """Whether its batches count what became of its messages; None of one that an earlier release began."""
    earlier: tuple[MessageCount, ...] = ()
    """Its messages that stand in none of its batches, of one that was counted once."""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class AudiencePage:
    """A page of a selection: members as the one service published them that knows all conditions, or as the answers of
    several were joined. Until then, pages of each answer are kept under the selection of their own (`answer_id`)."""

    page_id: str
    selection_id: str
    number: int
    members: tuple[AudienceMember, ...]
    selected_at: datetime
    version: int = 0


def page_id(selection_id: str, number: int) -> str:
    return f"{selection_id}.{number:06d}"


def answer_id(selection_id: str, answer: AudienceAnswer) -> str:
    """The selection under which the pages of an answer wait to be joined with the others."""
    return f"{selection_id}/{answer.conditions[0]}"
