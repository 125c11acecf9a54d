"""The settings that notifications has of its own: where mail and SMS leave, and who signs them."""

from dataclasses import dataclass, field

from environs import Env


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The two providers. Mail leaves from `mail_from`, SMS under the name `sms_sender` (at most 11 letters)."""

    smtp_host: str
    smtp_port: int
    mail_from: str
    smpp_host: str
    smpp_port: int
    smpp_system_id: str
    smpp_password: str = field(repr=False)
    sms_sender: str


def read(env: Env) -> Settings:
    return Settings(
        smtp_host=env.str("SMTP_HOST"),
        smtp_port=env.int("SMTP_PORT"),
        mail_from=env.str("MAIL_FROM", "no-reply@himaya.example"),
        smpp_host=env.str("SMPP_HOST"),
        smpp_port=env.int("SMPP_PORT"),
        smpp_system_id=env.str("SMPP_SYSTEM_ID"),
        smpp_password=env.str("SMPP_PASSWORD"),
        sms_sender=env.str("SMS_SENDER", "HIMAYA"),
    )
