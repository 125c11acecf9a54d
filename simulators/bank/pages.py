"""Pages for people, in Arabic or French."""

from collections.abc import Mapping

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

Words = Mapping[str, Mapping[str, str]]


def language_of(words: Words) -> str:
    """The language that the address or the browser asks for, of those that there are words in."""
    language = request.args.get("lang") or request.accept_languages.best_match(list(words)) or "fr"
    return language if language in words else "fr"


def page(template: str, words: Words, **more: object) -> ResponseReturnValue:
    """A page without scripts, which sends its forms to the bank alone."""
    language = language_of(words)
    other = "fr" if language == "ar" else "ar"
    answer = make_response(render_template(template, words=words[language], language=language, other=other, **more))
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"
    answer.headers["content-security-policy"] = policy
    return answer
