"""The events that every service publishes of its audit, so that the others can vouch for it. The topic has several
owners."""

from shared.events.declaring import event


@event(case="service")
class AuditLinked:
    """A service's audit of this fund has a new head: the others keep it, and its past can no longer be rewritten."""

    service: str
    number: int
    hash: str
