"""Wakes the senders of this process when a message was written down, so that they need not ask the database for it."""

from collections import Counter

from shared.funds.fund import Channel

_rung: Counter[tuple[str, Channel]] = Counter()


def ring(fund_id: str, channel: Channel) -> None:
    """A message of the channel waits, or will once the transaction that it was written in is saved."""
    _rung[fund_id, channel] += 1


def rung(fund_id: str, channel: Channel) -> int:
    """How often that was said: a number that has grown since the last look is a reason to look again."""
    return _rung[fund_id, channel]
