"""The settings that notifications has of its own: where mail and SMS leave, and who signs them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from environs import Env
from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range

from services.notifications.channels import http_api
from services.notifications.channels.smtp import Security
from shared.process.sites import read_sites

PORTAL_URL = "PORTAL_URL"
SMPP, HTTP = "smpp", "http"
SECRET_CHARACTERS_MIN = 24


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The two providers. Mail leaves from `mail_from`, SMS under the name `sms_sender` (at most 11 letters), as
    `sms_provider` says: by SMPP, or by the HTTP API that `sms_http_api` names (a page of `channels/http_apis`), which
    brings its receipts to `sms_receipts_url`.

    `portal_url` is the portal where a mail's reader says that no more of its kind are wanted, `sites` those of funds
    that have a portal of their own; without one such mails have no link for that.
    `smtp_security` is none, starttls or tls; without `smtp_user` nobody signs in. `smtp_connections` is over how many
    connections mail leaves at once, `smpp_window` how many SMS may be under way at once: the round trip to the provider
    times these is how fast they leave. `smtp_per_s_max` and `smpp_per_s_max` are what a provider allows a second (0 for
    no limit). `smpp_message_id_tag` the centre's own parameter that carries our message id (0 for none).
    """

    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_password: str = field(repr=False)
    smtp_connections: int
    smtp_per_s_max: float
    mail_from: str
    smpp_host: str
    smpp_port: int
    smpp_system_id: str
    smpp_password: str = field(repr=False)
    smpp_window: int
    smpp_per_s_max: float
    smpp_message_id_tag: int
    sms_sender: str
    sms_provider: str = SMPP
    sms_http_api: str = ""
    sms_http_url: str = ""
    sms_http_user: str = ""
    sms_http_secret: str = field(default="", repr=False)
    sms_http_window: int = 20
    sms_http_per_s_max: float = 0.0
    sms_receipts_url: str = field(default="", repr=False)
    """It may name `{fund}`, and have a user and a password in it."""
    sms_receipts_secrets: tuple[str, ...] = field(default=(), repr=False)
    portal_url: str = ""
    sites: tuple[tuple[str, str], ...] = ()

    @property
    def portals(self) -> Mapping[str, str]:
        """Where a fund's links lead, by the name of its site; under no name, that of a fund without a site."""
        return {"": self.portal_url, **dict(self.sites)}

    def faults(self, funds: Collection[str]) -> list[str]:
        """What the way that SMS leave by lacks."""
        if self.sms_provider == SMPP:
            return []
        try:
            api = http_api.api(self.sms_http_api)
        except ValueError as wrong:
            return [f"SMS_HTTP_API: {wrong}"]
        needed: dict[str, object] = {"SMS_HTTP_URL": self.sms_http_url, "SMS_HTTP_SECRET": self.sms_http_secret}
        if api.receipts is not None:
            needed |= {"SMS_RECEIPTS_URL": self.sms_receipts_url, "SMS_RECEIPTS_SECRET": self.sms_receipts_secrets}
        faults = [f"{name} is missing" for name, value in needed.items() if not value]
        if api.receipts is not None and len(funds) > 1 and "{fund}" not in self.sms_receipts_url:
            faults.append("SMS_RECEIPTS_URL names no {fund}, and there are several")
        return faults


def read(env: Env) -> Settings:
    provider = env.str("SMS_PROVIDER", SMPP, validate=OneOf([SMPP, HTTP]))
    is_smpp = provider != HTTP
    return Settings(
        smtp_host=env.str("SMTP_HOST"),
        smtp_port=env.int("SMTP_PORT"),
        smtp_security=env.str("SMTP_SECURITY", "none", validate=OneOf([each.value for each in Security])),
        smtp_user=env.str("SMTP_USER", ""),
        smtp_password=env.str("SMTP_PASSWORD", ""),
        smtp_connections=env.int("SMTP_CONNECTIONS", 4, validate=Range(min=1, max=50)),
        smtp_per_s_max=env.float("SMTP_PER_S_MAX", 0.0),
        mail_from=env.str("MAIL_FROM", "no-reply@himaya.example"),
        smpp_host=env.str("SMPP_HOST") if is_smpp else "",
        smpp_port=env.int("SMPP_PORT") if is_smpp else 0,
        smpp_system_id=env.str("SMPP_SYSTEM_ID") if is_smpp else "",
        smpp_password=env.str("SMPP_PASSWORD") if is_smpp else "",
        smpp_window=env.int("SMPP_WINDOW", 50, validate=Range(min=1)),
        smpp_per_s_max=env.float("SMPP_PER_S_MAX", 0.0),
        smpp_message_id_tag=env.int("SMPP_MESSAGE_ID_TAG", 0x1401),
        sms_sender=env.str("SMS_SENDER", "HIMAYA"),
        sms_provider=provider,
        sms_http_api=env.str("SMS_HTTP_API", ""),
        sms_http_url=env.str("SMS_HTTP_URL", "", validate=_is_address),
        sms_http_user=env.str("SMS_HTTP_USER", "", validate=_is_header_text),
        sms_http_secret=env.str("SMS_HTTP_SECRET", "", validate=_is_header_text),
        sms_http_window=env.int("SMS_HTTP_WINDOW", 20, validate=Range(min=1, max=200)),
        sms_http_per_s_max=env.float("SMS_HTTP_PER_S_MAX", 0.0),
        sms_receipts_url=env.str("SMS_RECEIPTS_URL", "", validate=_is_address),
        sms_receipts_secrets=tuple(env.list("SMS_RECEIPTS_SECRET", [], delimiter=" ", validate=_are_long) or ()),
        portal_url=(env.str(PORTAL_URL, "") or "").rstrip("/"),
        sites=tuple(read_sites(env, PORTAL_URL).items()),
    )


def _is_address(text: str) -> None:
    if text and not text.startswith(("https://", "http://")):
        raise ValidationError("begins with https:// or http://")


def _is_header_text(text: str) -> None:
    if text and not (text.isascii() and text.isprintable()):
        raise ValidationError("has what no header can have")


def _are_long(texts: list[str]) -> None:
    """They are never typed by anybody: what is shorter could be guessed."""
    if any(len(text) < SECRET_CHARACTERS_MIN or not text.isascii() for text in texts):
        raise ValidationError(f"a secret has {SECRET_CHARACTERS_MIN} characters at least, of ASCII")
