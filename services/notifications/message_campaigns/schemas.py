"""The shapes of message campaigns over HTTP."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.notifications.message_campaigns import audiences, rules, wording
from services.notifications.message_campaigns.audiences import AudienceOf
from services.notifications.message_campaigns.message_campaign import (
    CONDITIONS_MAX,
    NAME_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    SMS_CHARACTERS_MAX,
    SUBJECT_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    CampaignAudience,
    CampaignCondition,
    CampaignDraft,
    CampaignStatus,
    MessageCampaign,
)
from services.notifications.templates.template import ParameterKind, TemplateWording
from services.notifications.waves.schemas import WaveChannelView, WaveReasonView
from shared.funds.messages import Channel, MessagePurpose
from shared.http.problems import language, translate
from shared.http.shapes import Derived, PagedQuery, fund, many, paged

CODE_CHARACTERS_MAX = 60
LANGUAGES_MAX = 10
PARTS_MAX = 10_000
PURPOSES = [MessagePurpose.CAMPAIGN.value, MessagePurpose.LEGAL.value]
SENTENCE = {"type": "string"}


class CampaignsQuery(PagedQuery):
    """Which page of the campaigns."""


class AskedAudienceBody(Schema):
    """The code of an audience, and what that is asked with."""

    code = fields.String(required=True, validate=validate.Length(1, CODE_CHARACTERS_MAX))
    parameters = fields.Dict(
        keys=fields.String(validate=validate.Length(1, CODE_CHARACTERS_MAX)),
        values=fields.String(validate=validate.Length(0, CODE_CHARACTERS_MAX)),
        load_default=dict,
        validate=validate.Length(0, 10),
    )


class CampaignConditionBody(AskedAudienceBody):
    """An audience that recipients belong to as well, or do not."""

    is_not = fields.Boolean(load_default=False)

    @post_load
    def _made(self, read: dict[str, Any], **_: Any) -> CampaignCondition:
        return CampaignCondition(**read)


class CampaignAudienceBody(AskedAudienceBody):
    """Whom it is for: an audience; of those, who meets further conditions, and reads one of some languages."""

    also = fields.List(
        fields.Nested(CampaignConditionBody), load_default=list, validate=validate.Length(0, CONDITIONS_MAX - 1)
    )
    languages = fields.List(
        fields.String(validate=validate.Length(2, 10)), load_default=list, validate=validate.Length(0, LANGUAGES_MAX)
    )

    @post_load
    def _made(self, read: dict[str, Any], **_: Any) -> CampaignAudience:
        return CampaignAudience(**{**read, "also": tuple(read["also"]), "languages": tuple(read["languages"])})


class CampaignWordingBody(Schema):
    """What it says in a language; an empty line begins a new paragraph, and `{name}` is a value of the audience."""

    subject = fields.String(required=True, validate=validate.Length(1, SUBJECT_CHARACTERS_MAX))
    text = fields.String(required=True, validate=validate.Length(1, TEXT_CHARACTERS_MAX))
    sms = fields.String(load_default="", validate=validate.Length(0, SMS_CHARACTERS_MAX))

    @post_load
    def _made(self, read: dict[str, Any], **_: Any) -> TemplateWording:
        text = "\n".join(line.rstrip() for line in read["text"].strip().splitlines())
        return TemplateWording(subject=" ".join(read["subject"].split()), text=text, sms=" ".join(read["sms"].split()))


class CampaignBody(Schema):
    """What somebody writes. A legal campaign goes to everybody, whatever they prefer, and names its legal text."""

    name = fields.String(required=True, validate=validate.Length(1, NAME_CHARACTERS_MAX))
    purpose = fields.Enum(
        MessagePurpose, by_value=True, load_default=MessagePurpose.CAMPAIGN, validate=validate.OneOf(PURPOSES)
    )
    legal_reference = fields.String(load_default="", validate=validate.Length(0, NAME_CHARACTERS_MAX))
    audience = fields.Nested(CampaignAudienceBody, required=True)
    channels = fields.List(
        fields.Enum(Channel, by_value=True), required=True, validate=validate.Length(1, len(Channel))
    )
    wordings = fields.Dict(
        keys=fields.String(validate=validate.Length(2, 10)),
        values=fields.Nested(CampaignWordingBody),
        required=True,
        validate=validate.Length(1, LANGUAGES_MAX),
    )

    @post_load
    def _made(self, read: dict[str, Any], **_: Any) -> dict[str, Any]:
        channels = tuple(dict.fromkeys(read.pop("channels")))
        return {"draft": CampaignDraft(**read, channels=channels)}


class CampaignPartQuery(Schema):
    """Which part of a long report."""

    part = fields.Integer(load_default=1, validate=validate.Range(1, PARTS_MAX))


class CampaignReasonBody(Schema):
    """Why it is stopped or cancelled."""

    reason = fields.String(required=True, validate=validate.Length(1, REASON_CHARACTERS_MAX))


class CampaignReachView(Schema):
    """How many of the audience are reached, by channel and language, and who is not."""

    recipients = fields.Integer(required=True)
    by_channel = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_language = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    inbox_only = fields.Integer(required=True)
    not_wanted = fields.Integer(required=True)
    dead = fields.Integer(required=True)
    not_registered = fields.Integer(required=True)
    other_language = fields.Integer(required=True)
    selected = fields.Integer(required=True)


class CampaignProgressView(Schema):
    """How many of the audience were written to, and by how many messages."""

    members = fields.Integer(required=True)
    messages = fields.Integer(required=True)


class AskedWithView(Schema):
    """A parameter of an audience as people read it; a day, a period or an amount as it was given, to be written as its
    reader writes them."""

    text = fields.String(required=True)
    kind = fields.Enum(ParameterKind, by_value=True, required=True)
    value = fields.String(required=True)


def _asked_with(asked: CampaignAudience | CampaignCondition) -> list[dict[str, Any]]:
    known, forms = audiences.every()[asked.code].parameters, fund().declarations.forms
    return [
        {
            "text": known[name].names[language()],
            "kind": known[name].kind,
            "value": forms[given].names[language()]
            if known[name].kind is ParameterKind.FORM and given in forms
            else given,
        }
        for name, given in asked.parameters.items()
        if given and name in known
    ]


class AskedAudienceView(Schema):
    """An audience, and what it is asked with."""

    code = fields.String(required=True)
    name = fields.Function(lambda it: audiences.every()[it.code].names[language()], required=True, metadata=SENTENCE)
    parameters = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    asked_with = Derived(AskedWithView, of=_asked_with, many=True, required=True)


class CampaignConditionView(AskedAudienceView):
    """An audience that recipients belong to as well, or do not."""

    is_not = fields.Boolean(required=True)


class CampaignAudienceView(AskedAudienceView):
    """Whom it is for: an audience; of those, who meets further conditions, and reads one of some languages."""

    also = fields.List(fields.Nested(CampaignConditionView), required=True)
    languages = fields.List(fields.String(), required=True)


class CampaignSummaryView(Schema):
    """A campaign in a list."""

    campaign_id = fields.String(required=True)
    name = fields.String(required=True, attribute="draft.name")
    status = fields.Enum(CampaignStatus, by_value=True, required=True)
    text = fields.Function(lambda it: translate(f"campaign.status.{it.status}"), required=True, metadata=SENTENCE)
    purpose = fields.Enum(MessagePurpose, by_value=True, required=True, attribute="draft.purpose")
    audience = fields.Nested(CampaignAudienceView, required=True, attribute="draft.audience")
    channels = fields.List(fields.Enum(Channel, by_value=True), required=True, attribute="draft.channels")
    reach = fields.Nested(CampaignReachView, required=True)
    progress = fields.Nested(CampaignProgressView, required=True)
    written_at = fields.AwareDateTime(required=True)
    written_by = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    started_by = fields.String(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    version = fields.Integer(required=True)


class CampaignWordingView(Schema):
    subject = fields.String(required=True)
    text = fields.String(required=True)
    sms = fields.String(required=True)


class PreviewedTextView(Schema):
    """How it reads by a channel in a language, with the audience's example; how many SMS one of them is."""

    channel = fields.Enum(Channel, by_value=True, required=True)
    language = fields.String(required=True)
    subject = fields.String(required=True, attribute="said.subject")
    text = fields.String(required=True, attribute="said.text")
    parts = fields.Integer(required=True)


def _needs_second_person(campaign: MessageCampaign) -> bool:
    return rules.needs_second_person(campaign, fund=fund())


class MessageCampaignView(CampaignSummaryView):
    """A campaign: what it says and how that reads, whom it reaches, and how far it is."""

    legal_reference = fields.String(required=True, attribute="draft.legal_reference")
    wordings = fields.Dict(
        keys=fields.String(), values=fields.Nested(CampaignWordingView), required=True, attribute="draft.wordings"
    )
    needs_second_person = fields.Function(_needs_second_person, required=True, metadata={"type": "boolean"})
    refused = fields.String(required=True)
    counted = fields.List(fields.Integer(), required=True)
    previews = Derived(
        PreviewedTextView, of=lambda it: wording.previews(it.draft, fund=fund()), required=True, many=True
    )


class CampaignReportView(Schema):
    """What became of a campaign so far."""

    campaign = fields.Nested(CampaignSummaryView, required=True)
    channels = fields.List(fields.Nested(WaveChannelView), required=True)
    reasons = fields.List(fields.Nested(WaveReasonView), required=True)
    per_minute = fields.Float(required=True)
    ends_at = fields.AwareDateTime(required=True, allow_none=True)
    waits_until = fields.AwareDateTime(required=True, allow_none=True)
    parts = fields.Integer(required=True)


class AudienceParameterView(Schema):
    """What an audience is asked with."""

    name = fields.String(required=True)
    text = fields.String(required=True)
    kind = fields.Enum(ParameterKind, by_value=True, required=True)
    is_required = fields.Boolean(required=True)


class AudienceValueView(Schema):
    """What is told of each member, by the name that stands in braces in a text."""

    name = fields.String(required=True)
    text = fields.String(required=True)


class AudienceView(Schema):
    """An audience that the fund has."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    of = fields.Enum(AudienceOf, by_value=True, required=True)
    parameters = fields.List(fields.Nested(AudienceParameterView), required=True)
    values = fields.List(fields.Nested(AudienceValueView), required=True)


AudienceViews = many(AudienceView)
MessageCampaignPage = paged(CampaignSummaryView)


def shown_audiences() -> list[dict[str, Any]]:
    """The fund's audiences in the caller's language."""
    spoken = language()
    return [
        {
            "code": code,
            "name": audience.names[spoken],
            "of": audience.of,
            "parameters": [
                {"name": name, "text": each.names[spoken], "kind": each.kind, "is_required": each.is_required}
                for name, each in audience.parameters.items()
            ],
            "values": [{"name": name, "text": each.names[spoken]} for name, each in audience.values.items()],
        }
        for code, audience in audiences.offered(fund()).items()
    ]
