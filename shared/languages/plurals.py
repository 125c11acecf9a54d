"""The forms that a word takes beside a number, by the rules of each language (Unicode CLDR)."""

import functools

from babel import Locale

FORMS = {
    "ar": ("zero", "one", "two", "few", "many", "other"),
    "fr": ("one", "other"),
    "en": ("one", "other"),
}
"""The forms of each language, in the order in which a sentence gives them: `{count:# worker|# workers}`."""


def chosen(forms: str, *, number: int, language: str) -> str:
    """The form for a number, of those that a sentence gives separated by `|`; `#` in it is the number itself.

    A sentence that gives fewer forms than its language has means its last one for the rest.
    """
    given = forms.split("|")
    at = FORMS[language].index(_category(language, abs(number)))
    return given[min(at, len(given) - 1)].replace("#", str(number))


@functools.lru_cache(maxsize=1 << 10)
def _category(language: str, number: int) -> str:
    category = Locale(language).plural_form(number)
    # French has a form for whole millions, which none of our words takes.
    return category if category in FORMS[language] else "other"
