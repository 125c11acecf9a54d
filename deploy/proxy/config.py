"""nginx's configuration, put together from the settings of an installation and the limits of the services."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.proxy import answers, bodies, pages
from deploy.proxy.settings import Settings
from shared.http import headers, problems
from shared.languages.texts import LANGUAGES
from shared.process.web import HEAD_LINE_BYTES_MAX, KEPT_S

NOT_OUTSIDE = ("/v1/[^/]+/operations(?:/|$)", "/health(?:/|$)", "/metrics(?:/|$)")
"""Of every service, what nobody outside of the operators' network reaches. Metrics are on no address of the proxy."""

WEIGHTS = (
    r"(?:;\s*q=1(?:\.0*)?)?",
    *(rf";\s*q=0\.{tenth}[0-9]*" for tenth in range(9, 0, -1)),
    r";\s*q=0\.0[0-9]*[1-9][0-9]*",
)
"""How a header says how much a language is wanted: most first."""


def render(settings: Settings, *, larger: Mapping[str, Mapping[str, int]], access_log: str = "/dev/stdout") -> str:
    """The whole file. `larger` says by service which routes take larger bodies than usual (`bodies.all_larger`)."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - it is no page; `quoted` writes what nginx reads as one word
        keep_trailing_newline=True,
    )
    made.filters |= {"quoted": _quoted, "pattern": re.escape}
    said = answers.sentences()
    return made.get_template("nginx.conf.j2").render(
        settings=settings,
        access_log=access_log,
        answers=[_shown(answer, answers.bodies(answer, said)) for answer in answers.ANSWERS],
        page_style=pages.style().text,
        page_headers=headers.DEFAULT_HEADERS | pages.headers(),
        body_max={site.service: bodies.of_frontend(site.service) for site in settings.sites if site.is_frontend},
        languages=LANGUAGES,
        weights=WEIGHTS,
        headers=headers.DEFAULT_HEADERS,
        media_type=problems.MEDIA_TYPE,
        retry_after_s=problems.RETRY_AFTER_S,
        size_max=answers.SIZE_MAX,
        usual_max=bodies.USUAL_MAX,
        larger={
            site.service: {bodies.pattern(rule): size for rule, size in larger.get(site.service, {}).items()}
            for site in settings.sites
        },
        head_line_max=HEAD_LINE_BYTES_MAX,
        upstream_kept_s=KEPT_S // 2,
        not_outside="|".join(NOT_OUTSIDE),
    )


def _shown(answer: answers.Answer, by_language: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": answer.causes[0],
        "status": answer.status,
        "causes": answer.causes,
        "may_be_repeated": answer.may_be_repeated,
        "bodies": by_language,
        "pages": {language: pages.page(answer.status, language) for language in by_language},
    }


def _quoted(text: str) -> str:
    """A text as one word of nginx's language."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
