"""The settings that notifications has of its own: where mail and SMS leave, and who signs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from environs import Env
from marshmallow.validate import OneOf, Range

from services.notifications.channels.smtp import Security
from shared.process.sites import read_sites

PORTAL_URL = "PORTAL_URL"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The two providers. Mail leaves from `mail_from`, SMS under the name `sms_sender` (at most 11 letters).

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
    portal_url: str = ""
    sites: tuple[tuple[str, str], ...] = ()

    @property
    def portals(self) -> Mapping[str, str]:
        """Where a fund's links lead, by the name of its site; under no name, that of a fund without a site."""
        return {"": self.portal_url, **dict(self.sites)}


def read(env: Env) -> Settings:
    return Settings(
        smtp_host=env.str("SMTP_HOST"),
        smtp_port=env.int("SMTP_PORT"),
        smtp_security=env.str("SMTP_SECURITY", "none", validate=OneOf([each.value for each in Security])),
        smtp_user=env.str("SMTP_USER", ""),
        smtp_password=env.str("SMTP_PASSWORD", ""),
        smtp_connections=env.int("SMTP_CONNECTIONS", 4, validate=Range(min=1, max=50)),
        smtp_per_s_max=env.float("SMTP_PER_S_MAX", 0.0),
        mail_from=env.str("MAIL_FROM", "no-reply@himaya.example"),
        smpp_host=env.str("SMPP_HOST"),
        smpp_port=env.int("SMPP_PORT"),
        smpp_system_id=env.str("SMPP_SYSTEM_ID"),
        smpp_password=env.str("SMPP_PASSWORD"),
        smpp_window=env.int("SMPP_WINDOW", 50, validate=Range(min=1)),
        smpp_per_s_max=env.float("SMPP_PER_S_MAX", 0.0),
        smpp_message_id_tag=env.int("SMPP_MESSAGE_ID_TAG", 0x1401),
        sms_sender=env.str("SMS_SENDER", "HIMAYA"),
        portal_url=(env.str(PORTAL_URL, "") or "").rstrip("/"),
        sites=tuple(read_sites(env, PORTAL_URL).items()),
    )
