"""Every page that somebody can come to by links, judged in each language, width and theme."""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from babel.messages.pofile import read_po
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect

from deploy.local.place import REPOSITORY
from frontends.kit.frontend import Frontend
from tests.kit.browser import PHONE, WIDE, Visitor
from tests.kit.frontends import unreached

LANGUAGES = ("ar", "fr")
THEMES = ("light", "dark")
CODE = re.compile(r"(?<![\w@./-])[a-z]{2,}(?:[_.][a-z-]{2,})+(?![\w@/-])")
"""What no person should read: a stable code, or the name of a field."""
NAMES_WITH_DOTS = re.compile(r"\.(?:pdf|jpg|jpeg|png|zip|txt|example|xml|csv)$")
TEXTS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    const text = walk.currentNode.textContent.trim().replace(/\\s+/g, " ");
    if (text && !parent.closest("script, style, bdi.code, code, [lang]:not(html)")) found.push(text);
  }
  return found;
}"""
DESIGN = """(language) => {
  const found = [];
  const short = (each) => each.outerHTML.slice(0, 120);
  for (const each of document.querySelectorAll("a .state, a.state")) found.push(`a status is a link: ${short(each)}`);
  for (const each of document.querySelectorAll("ul.rows > li")) {
    if (each.querySelectorAll("a.whole").length > 1) found.push(`a row has two links that are whole: ${short(each)}`);
  }
  for (const each of document.querySelectorAll("svg.chart")) {
    const isAlone = !each.closest("section, figure, .panel, main").querySelector("table");
    if (isAlone) found.push(`a chart without its table: ${short(each)}`);
    const isTurned = language !== "ar" || each.getAttribute("direction") === "rtl";
    if (!isTurned) found.push(`a chart from the left: ${short(each)}`);
  }
  for (const each of language === "ar" ? document.querySelectorAll("main .code, main .amount") : []) {
    const isIsolated = each.closest("bdi, [dir=ltr]") || each.querySelector("bdi");
    if (!isIsolated) found.push(`digits that are not isolated: ${short(each)}`);
  }
  return found;
}"""
"""Of the twenty points (frontends/DESIGN.md): rows and statuses (point 2), digits in Arabic (point 9), charts
(point 10)."""
LINKS = """() => [
  ...document.querySelectorAll(":is(main, .menu, .tools, .foot) a[href]:not([download], [target=_blank])")
].map((link) => link.href)"""
"""Not those that open a file, to keep or in a window of its own."""
LONG_NAMES = """() => {
  for (const each of document.querySelectorAll("h1, .whole, .brand strong, .tools bdi, .state")) {
    each.textContent = "Abdelmouhsinoulabidinecheikhia".repeat(2);
  }
}"""
_tables: dict[str, Map] = {}


def addresses(frontend: Frontend) -> Map:
    """The frontend's own table of addresses."""
    if frontend.name not in _tables:
        _tables[frontend.name] = unreached(frontend).url_map
    return _tables[frontend.name]


def pages(frontend: Frontend) -> set[str]:
    """The endpoints that answer GET, but for what every frontend has and is no page."""
    rules = addresses(frontend).iter_rules()
    return {rule.endpoint for rule in rules if "GET" in (rule.methods or ()) and "." in rule.endpoint}


@functools.cache
def untranslated(frontend: str, language: str) -> frozenset[str]:
    """The English texts that say something else in a language."""
    found: set[str] = set()
    for folder in ("kit", frontend):
        with (REPOSITORY / "frontends" / folder / "words" / f"{language}.po").open("rb") as file:
            for message in read_po(file):
                source = message.id[0] if isinstance(message.id, tuple) else message.id
                if source and message.string and source not in message.string:
                    found.add(source)
    return frozenset(found)


@dataclass
class Crawl:
    """What one visitor of a frontend comes to. Each endpoint is judged once, or each address where `every` names it."""

    visitor: Visitor
    frontend: Frontend
    base: str
    every: frozenset[str] = frozenset()
    reached: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def all_from(self, *starts: str) -> None:
        """Follow links from these addresses, until they lead nowhere new."""
        waiting, known, turns = list(starts), set(starts), itertools.count()
        while waiting:
            address = waiting.pop(0)
            endpoint = self.endpoint(address)
            if endpoint is None or (endpoint in self.reached and endpoint not in self.every):
                continue
            self.reached.add(endpoint)
            for link in self._judged(address, endpoint, turn=next(turns)):
                if link not in known:
                    known.add(link)
                    waiting.append(link)

    def endpoint(self, address: str) -> str | None:
        """The page behind an address; nothing where it is another site's, or no page."""
        if not address.startswith(f"{self.base}/"):
            return None
        path = urlsplit(address.removeprefix(self.base)).path
        try:
            endpoint, _ = addresses(self.frontend).bind("").match(path, method="GET")
        except (HTTPException, RequestRedirect):
            return None
        return endpoint if endpoint in pages(self.frontend) else None

    def _judged(self, address: str, endpoint: str, *, turn: int) -> list[str]:
        """What is wrong with it is kept; the links on it are returned."""
        found: list[str] = []
        for language, theme in zip(LANGUAGES, THEMES if turn % 2 else reversed(THEMES), strict=True):
            self.visitor.become(language=language, width=PHONE, theme=theme)
            address_in = f"{address}{'&' if '?' in address else '?'}language={language}"
            response = self.visitor.page.goto(address_in)
            if response is None or response.status >= 400:
                self.faults.append(f"{endpoint}: {response and response.status} at {address}")
                return []
            self._note(endpoint, self.visitor.too_wide())
            narrow_first = turn % 4 < 2
            self._look(endpoint, is_judged=narrow_first)
            self.visitor.become(language=language, width=WIDE, theme=theme)
            self._note(endpoint, self.visitor.too_wide())
            self._look(endpoint, is_judged=not narrow_first)
            self._note(endpoint, self.unread(language))
            self._note(endpoint, self.visitor.page.evaluate(DESIGN, language))
            links = self.visitor.page.evaluate(LINKS)
            self._note(endpoint, self._with_long_names())
            found = [link.partition("#")[0] for link in links]
        return [link for link in found if "language=" not in link and self.endpoint(link)]

    def _look(self, endpoint: str, *, is_judged: bool) -> None:
        """axe takes its time: each language once, themes and widths by turns."""
        self.visitor.keep(f"page-{self.frontend.name}-{endpoint}")
        if is_judged:
            self._note(endpoint, self.visitor.unfit())

    def _with_long_names(self) -> list[str]:
        """Whether names of sixty letters without a blank fit on a phone."""
        self.visitor.become(language=self.visitor.language, width=PHONE, theme=self.visitor.theme)
        self.visitor.page.evaluate(LONG_NAMES)
        return [f"with long names {each}" for each in self.visitor.too_wide()]

    def unread(self, language: str) -> Iterator[str]:
        """Texts that are still in English, and codes that nobody should have to read."""
        for text in self.visitor.page.evaluate(TEXTS):
            if text in untranslated(self.frontend.name, language):
                yield f"not translated into {language}: {text!r}"
            for code in CODE.findall(text):
                if not NAMES_WITH_DOTS.search(code):
                    yield f"a code is shown: {code!r} in {text[:80]!r}"

    def _note(self, endpoint: str, faults: Sequence[str] | Iterator[str]) -> None:
        seen = f"{endpoint} ({self.visitor.language}, {self.visitor.width} px, {self.visitor.theme})"
        self.faults += [f"{seen}: {each}" for each in [*faults, *self.visitor.complaints]]
        self.visitor.complaints.clear()
