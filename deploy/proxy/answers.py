"""What the proxy answers itself: each status with its stable code and its sentence, in the words of the services."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.http import problems
from shared.languages import texts
from shared.languages.texts import LANGUAGES, Texts

TEXTS = Path(__file__).parent / "texts.yaml"
HTTP_TEXTS = Path(problems.__file__).parent / "texts.yaml"

SIZE_MAX = "size_max"
"""The variable of nginx with the limit of the route that was asked, in bytes."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is said where nginx ends a request with one of `causes`, statuses of nginx: some are its own, as 494."""

    status: int
    code: str
    causes: tuple[int, ...]

    @property
    def may_be_repeated(self) -> bool:
        return self.status in {429, 502, 503, 504}


ANSWERS = (
    Answer(status=400, code="request.refused", causes=(400,)),
    Answer(status=403, code="request.certificate-refused", causes=(495, 496)),
    Answer(status=400, code="request.not-encrypted", causes=(497,)),
    Answer(status=404, code="request.not-found", causes=(403, 404)),
    Answer(status=405, code="request.method-not-allowed", causes=(405,)),
    Answer(status=413, code="request.too-large", causes=(413,)),
    Answer(status=414, code="request.address-too-long", causes=(414,)),
    Answer(status=421, code="request.other-host", causes=(421,)),
    Answer(status=429, code="request.too-many-connections", causes=(429,)),
    Answer(status=431, code="request.headers-too-large", causes=(431, 494)),
    Answer(status=500, code="platform.fault", causes=(500,)),
    Answer(status=501, code="request.not-supported", causes=(501, 505)),
    Answer(status=502, code="platform.service-unavailable", causes=(502,)),
    Answer(status=503, code="platform.service-unavailable", causes=(503,)),
    Answer(status=504, code="platform.service-too-slow", causes=(504,)),
)


def sentences() -> Texts:
    """Those of the proxy and those that every service has."""
    return texts.read([HTTP_TEXTS, TEXTS])


def bodies(answer: Answer, said: Texts) -> Mapping[str, str]:
    """The body in each language, as JSON in which nginx fills in the limit."""
    return {language: _body(answer, said.translate(answer.code, language, _Limit())) for language in LANGUAGES}


def _body(answer: Answer, detail: str) -> str:
    members: dict[str, object] = {
        "type": f"urn:himaya:problem:{answer.code}",
        "title": answer.code,
        "status": answer.status,
        "code": answer.code,
        "detail": detail,
    }
    text = json.dumps(members, ensure_ascii=False)
    return f'{text[:-1]}, "{SIZE_MAX}": ${SIZE_MAX}}}' if answer.status == 413 else text


class _Limit(dict[str, object]):
    def __init__(self) -> None:
        super().__init__({SIZE_MAX: f"${SIZE_MAX}"})
