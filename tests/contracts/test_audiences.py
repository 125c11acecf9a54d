"""Every audience that a campaign may be for is answered for by one service, and every answer can be asked for."""

from services.claims.audiences.queries import audiences as of_claims
from services.identity.audiences.queries import audiences as of_identity
from services.notifications.message_campaigns import audiences
from services.payments.audiences.queries import audiences as of_payments


def test_each_audience_has_one_service_that_knows_it() -> None:
    known = [name for each in (of_claims, of_identity, of_payments) for name in each.queries]
    assert sorted(known) == sorted(audiences.every())
