"""What a message campaign says: whether its text can be sent, and how it reads by each channel. Pure."""

import string
from collections.abc import Mapping
from dataclasses import dataclass

from services.notifications.channels.sms_parts import SmsTooLong, parts
from services.notifications.message_campaigns import audiences
from services.notifications.message_campaigns.audiences import AudienceValue
from services.notifications.message_campaigns.message_campaign import (
    CampaignDraft,
)
from services.notifications.templates.rendering import Rendering, preview
from services.notifications.templates.template import BRANDING, ParameterKind, Template
from shared.funds.fund import Fund
from shared.funds.messages import Channel, MessagePurpose
from shared.kernel.errors import Invalid

SMS_PARTS_MAX = 3
"""More than that is a letter, and is paid for part by part."""


class WordingMissing(Invalid):
    """The text is not there in a language of the fund (`language`), or is there in another."""

    code = "campaign.wording-missing"


class WordingMalformed(Invalid):
    """A brace in the text of a language (`language`) names nothing that the audience tells of its members (`name`)."""

    code = "campaign.wording-malformed"


class WordingTooLong(Invalid):
    """The SMS of a language (`language`) has more parts than a campaign may send (`parts_max`)."""

    code = "campaign.sms-too-long"


class ChannelNotOffered(Invalid):
    """The fund does not have the channel, or none was chosen."""

    code = "campaign.channel-not-offered"


class LanguageNotSpoken(Invalid):
    """The fund writes in no such language (`language`)."""

    code = "campaign.language-not-spoken"


class ReferenceMissing(Invalid):
    """A legal campaign names the text that asks for it."""

    code = "campaign.legal-reference-missing"


def checked(draft: CampaignDraft, *, fund: Fund) -> CampaignDraft:
    """The draft, if it can be sent. Raises `AudienceUnknown`, `ParameterMissing`, `ParameterMalformed`,
    `AudiencesDiffer`, `LanguageNotSpoken`, `ChannelNotOffered`, `ReferenceMissing`, `WordingMissing`,
    `WordingMalformed`, `WordingTooLong`."""
    for condition in draft.audience.conditions:
        audiences.asked(condition.code, condition.parameters, fund=fund)
    audiences.must_be_of_one_kind(condition.code for condition in draft.audience.conditions)
    for language in sorted(set(draft.audience.languages) - set(fund.languages)):
        raise LanguageNotSpoken(language=language)
    if not draft.channels or set(draft.channels) - set(fund.channels):
        raise ChannelNotOffered
    if draft.purpose is MessagePurpose.LEGAL and not draft.legal_reference.strip():
        raise ReferenceMissing
    for language in sorted(set(fund.languages) ^ set(draft.wordings)):
        raise WordingMissing(language=language)
    kinds = _parameters(draft)
    for language in fund.languages:
        wording = draft.wordings[language]
        if bool(wording.sms.strip()) != (Channel.SMS in draft.channels):
            raise WordingMissing(language=language)
        for sentence in (wording.subject, wording.text, wording.sms):
            _must_be_well_formed(sentence, kinds, language=language)
    for language in fund.languages if Channel.SMS in draft.channels else ():
        if sms_parts(draft, language=language, fund=fund) > SMS_PARTS_MAX:
            raise WordingTooLong(language=language, parts_max=SMS_PARTS_MAX)
    return draft


def _must_be_well_formed(sentence: str, kinds: Mapping[str, ParameterKind], *, language: str) -> None:
    """People write these texts: a brace in them names a parameter, and nothing of it; only a number chooses words."""
    try:
        fields = [field for field in string.Formatter().parse(sentence) if field[1] is not None]
    except ValueError as malformed:
        raise WordingMalformed(language=language, name="{") from malformed
    for _, name, spec, conversion in fields:
        is_counted = kinds.get(str(name)) is ParameterKind.COUNT
        if name not in kinds.keys() | BRANDING or conversion or (spec and not (is_counted and "{" not in spec)):
            raise WordingMalformed(language=language, name=f"{{{name}}}")


def _parameters(draft: CampaignDraft) -> dict[str, ParameterKind]:
    return {name: value.kind for name, value in _values(draft).items()}


def _values(draft: CampaignDraft) -> dict[str, AudienceValue]:
    return audiences.values([each.code for each in draft.audience.conditions if not each.is_not])


def template(draft: CampaignDraft, *, name: str) -> Template:
    """The draft as a text that messages are written with. Every campaign stands in the inbox."""
    return Template(
        name=name,
        version=1,
        purpose=draft.purpose,
        channels=tuple(dict.fromkeys((*draft.channels, Channel.INBOX))),
        parameters=_parameters(draft),
        example={name: value.example for name, value in _values(draft).items()},
        wordings=draft.wordings,
    )


def sms_parts(draft: CampaignDraft, *, language: str, fund: Fund) -> int:
    """How many SMS one of them is, in a language; as many as are too many where it is longer than any may be."""
    text = preview(template(draft, name="draft"), channel=Channel.SMS, language=language, fund=fund).text
    try:
        return len(parts(text, message_id="draft").bodies)
    except SmsTooLong:
        return SMS_PARTS_MAX + 1


@dataclass(frozen=True, kw_only=True)
class PreviewedText:
    """How the campaign reads by a channel in a language, with the audience's example. `parts` are those of an SMS."""

    channel: Channel
    language: str
    said: Rendering
    parts: int


def previews(draft: CampaignDraft, *, fund: Fund) -> list[PreviewedText]:
    """How it reads by each channel in each language."""
    made = template(draft, name="draft")
    return [
        PreviewedText(
            channel=channel,
            language=language,
            said=preview(made, channel=channel, language=language, fund=fund),
            parts=sms_parts(draft, language=language, fund=fund) if channel is Channel.SMS else 0,
        )
        for language in fund.languages
        for channel in made.channels
    ]
