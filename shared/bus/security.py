"""How a service authenticates to the brokers, and the brokers to it: TLS, and a user name with a password (SASL)."""

from dataclasses import dataclass
from enum import StrEnum


class Protocol(StrEnum):
    """Kafka's names. A password is never sent over an unencrypted connection: there is no SASL_PLAINTEXT."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_SSL = "SASL_SSL"


class Mechanism(StrEnum):
    """How name and password are proven."""

    SCRAM_SHA_512 = "SCRAM-SHA-512"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    PLAIN = "PLAIN"


class SecurityIncomplete(ValueError):
    """The settings of the brokers' security contradict each other; the text names what is missing or superfluous."""


@dataclass(frozen=True, kw_only=True)
class BrokerSecurity:
    """What a client of the brokers is made with. Without `ca_file` the system's own authorities are trusted."""

    protocol: Protocol = Protocol.PLAINTEXT
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    username: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        has_name = bool(self.username or self.password)
        if self.protocol is Protocol.SASL_SSL and not (self.username and self.password):
            raise SecurityIncomplete("SASL_SSL asks for KAFKA_USERNAME and KAFKA_PASSWORD")
        if self.protocol is not Protocol.SASL_SSL and has_name:
            raise SecurityIncomplete(f"KAFKA_USERNAME and KAFKA_PASSWORD go with SASL_SSL, not with {self.protocol}")
        if bool(self.certificate_file) != bool(self.key_file):
            raise SecurityIncomplete("KAFKA_CERTIFICATE_FILE and KAFKA_CERTIFICATE_KEY_FILE come together")
        if self.protocol is Protocol.PLAINTEXT and (self.ca_file or self.certificate_file):
            raise SecurityIncomplete("certificates go with SSL or SASL_SSL, not with PLAINTEXT")

    def options(self) -> dict[str, object]:
        """As kafka-python's clients take them. Host names are always checked."""
        if self.protocol is Protocol.PLAINTEXT:
            return {}
        encrypted: dict[str, object] = {
            "security_protocol": self.protocol.value,
            "ssl_check_hostname": True,
            "ssl_cafile": self.ca_file or None,
            "ssl_certfile": self.certificate_file or None,
            "ssl_keyfile": self.key_file or None,
        }
        if self.protocol is Protocol.SSL:
            return encrypted
        return {
            **encrypted,
            "sasl_mechanism": self.mechanism.value,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }

    def __repr__(self) -> str:
        return f"Security(protocol={self.protocol.value})"  # and no password in a log or a failure


UNENCRYPTED = BrokerSecurity()
"""For brokers on the same machine or on a network that is trusted whole."""
