"""The names of claim types, papers and acts as the fund has them."""

from collections.abc import Mapping
from typing import Any

from frontends.api.claims import OfferView
from frontends.kit.api import items_of
from frontends.kit.codes import Choices


class Offers:
    """What the fund offers, by code; a code that it offers no more is shown as it is. `answer` is the list of claim
    types, or why there is none."""

    def __init__(self, answer: Any) -> None:
        self._offers: Mapping[str, OfferView] = {offer["claim_type"]: offer for offer in items_of(answer)}

    def name(self, claim_type: str) -> str:
        """What was asked for."""
        return self._offers[claim_type]["name"] if claim_type in self._offers else claim_type

    def paper(self, claim_type: str, kind: str) -> str:
        """A supporting paper of a claim type."""
        return dict(self.papers(claim_type)).get(kind, kind)

    def act(self, claim_type: str, act: str) -> str:
        """An act of care."""
        acts = self._offers[claim_type]["acts"] if claim_type in self._offers else []
        return next((each["name"] for each in acts if each["act"] == act), act)

    def papers(self, claim_type: str) -> Choices:
        """The papers that may be asked for, each kind once."""
        papers = self._offers[claim_type]["papers"] if claim_type in self._offers else []
        return list({paper["kind"]: paper["name"] for paper in papers}.items())

    def refusals(self, claim_type: str) -> Choices:
        """The reasons for which the fund refuses such a claim."""
        reasons = self._offers[claim_type]["refusal_reasons"] if claim_type in self._offers else []
        return [(reason["code"], reason["text"]) for reason in reasons]

    def types(self) -> Choices:
        """All claim types."""
        return [(code, offer["name"]) for code, offer in self._offers.items()]
