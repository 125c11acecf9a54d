"""Which word of the register on a death counts, in whatever order it comes."""

from datetime import UTC, datetime

import pytest

from services.claims.deaths import rules
from services.claims.deaths.death import KnownDeath
from shared.kernel.personal import Encrypted

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
DAY = Encrypted("k1.a-day")


def received(known: KnownDeath | None, revision: int, died_on: Encrypted | None = DAY) -> KnownDeath | None:
    return rules.received(known, person_ref="p1", revision=revision, died_on=died_on, at=AT)


def test_the_first_word_and_each_newer_one_count() -> None:
    death = received(None, 1)
    assert death is not None and death.died_on == DAY
    lives = received(death, 2, None)
    assert lives is not None and lives.died_on is None


@pytest.mark.parametrize("revision", [1, 2])
def test_what_is_late_or_known_counts_not(revision: int) -> None:
    assert received(received(None, 2, None), revision) is None
