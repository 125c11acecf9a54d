"""The names of claim types, papers and acts, as the fund has them, for pages that have only their codes."""

from collections.abc import Mapping
from typing import Any

from frontends.api.claims import OfferView
from frontends.kit.api import items_of


class NamedClaims:
    """Names by code; a code that the fund offers no more is shown as it is."""

    def __init__(self, offers: Mapping[str, OfferView]) -> None:
        self.offers = offers

    def name_of(self, claim_type: str) -> str:
        """What may be asked for."""
        return self.offers[claim_type]["name"] if claim_type in self.offers else claim_type

    def paper(self, claim_type: str, kind: str) -> str:
        """A supporting paper of a claim type."""
        papers = self.offers[claim_type]["papers"] if claim_type in self.offers else []
        return next((paper["name"] for paper in papers if paper["kind"] == kind), kind)

    def act(self, claim_type: str, act: str) -> str:
        """An act of care."""
        acts = self.offers[claim_type]["acts"] if claim_type in self.offers else []
        return next((each["name"] for each in acts if each["act"] == act), act)


def name_all(answer: Any) -> Mapping[str, OfferView]:
    """The offers by code; none where the service did not answer."""
    return {offer["claim_type"]: offer for offer in items_of(answer)}
