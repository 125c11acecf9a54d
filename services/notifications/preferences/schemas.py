"""The shapes of preferences over HTTP."""

from typing import Any

from marshmallow import Schema, fields, post_load, pre_dump, validate

from services.notifications.preferences import rules
from services.notifications.preferences.preferences import Preferences
from shared.funds.messages import Channel, MessagePurpose
from shared.http.problems import translate
from shared.http.shapes import fund

CHOICES_MAX = 20
ID_CHARACTERS_MAX = 60
TOKEN_CHARACTERS_MAX = 500


class PreferencesQuery(Schema):
    """Of which firm, where a user acts for several."""

    employer_id = fields.String(load_default=None, validate=validate.Length(1, ID_CHARACTERS_MAX))


class UnsubscribeBody(Schema):
    """The token of a mail's own link."""

    token = fields.String(required=True, validate=validate.Length(1, TOKEN_CHARACTERS_MAX))


class ChoiceBody(Schema):
    purpose = fields.Enum(MessagePurpose, by_value=True, required=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    is_wanted = fields.Boolean(required=True)


class PreferencesBody(PreferencesQuery):
    """What was chosen; what is not named stays as it is. Read into `chosen`: (purpose, channel) to whether it is
    wanted."""

    choices = fields.List(fields.Nested(ChoiceBody), required=True, validate=validate.Length(1, CHOICES_MAX))

    @post_load
    def _by_choice(self, read: dict[str, Any], **_: Any) -> dict[str, Any]:
        choices = read.pop("choices")
        return {**read, "chosen": {(each["purpose"], each["channel"]): each["is_wanted"] for each in choices}}


class ChoiceView(ChoiceBody):
    """Whether messages of a purpose are wanted by a channel, with the words for both."""

    purpose_text = fields.String(required=True, dump_only=True)
    channel_text = fields.String(required=True, dump_only=True)


class PreferencesView(Schema):
    """How the caller is written to. What the law asks comes by every channel, and the inbox shows everything."""

    choices = fields.List(fields.Nested(ChoiceView), required=True)
    version = fields.Integer(required=True)

    @pre_dump
    def _with_all_choices(self, preferences: Preferences, **_: Any) -> dict[str, Any]:
        return {
            "version": preferences.version,
            "choices": [
                {
                    "purpose": purpose,
                    "channel": channel,
                    "is_wanted": preferences.wants(purpose, channel),
                    "purpose_text": translate(f"message.purpose.{purpose}"),
                    "channel_text": translate(f"channel.{channel}"),
                }
                for purpose, channel in rules.offered(fund())
            ],
        }
