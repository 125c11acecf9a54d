"""Words that a fund's definition says."""

from collections.abc import Mapping

Texts = Mapping[str, str]
"""One sentence or name in each of the fund's languages."""
