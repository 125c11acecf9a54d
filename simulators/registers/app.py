"""The registers over HTTP: `/registers/<name>/questions` for funds, a page and JSON for people, `/_clock` for tests."""

import json
import time
from datetime import datetime

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue

from shared.kernel.errors import Forbidden
from shared.webhooks import Secret, sign, verify
from simulators.registers.answers import MEANS, REGISTERS, Behaviour, behaviour_of, value_of
from simulators.registers.book import Asked, Book
from simulators.registers.settings import Settings

BODY_BYTES_MAX = 16 * 1024
LATER_ATTEMPTS = 2
SOMEBODY_ELSE = Secret(b"a key that nobody agreed on, 32 B")
TEXTS = ("question_id", "fund", "national_id", "asks", "law")


def application(settings: Settings, book: Book) -> Flask:
    """The registers' HTTP application: signed questions, and the pages that set what is answered."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX

    @app.get("/health/live")
    @app.get("/health/ready")
    def health() -> ResponseReturnValue:
        return {"status": "ready"}

    @app.get("/")
    def page() -> ResponseReturnValue:
        questions = list(reversed(book.questions(register=None, after=0)))
        digits = [(digit, each.value, MEANS[each]) for digit, each in enumerate(Behaviour)]
        return render_template("registers.html", registers=REGISTERS, digits=digits, questions=questions)

    @app.get("/registers")
    def registers() -> ResponseReturnValue:
        return {
            "registers": [
                {
                    "name": name,
                    "number": f"{each.number:02d}",
                    "title": each.title,
                    "may_be_asked": {asks: [field.usual, field.other] for asks, field in each.fields.items()},
                }
                for name, each in REGISTERS.items()
            ],
            "last_digit": {str(digit): MEANS[each] for digit, each in enumerate(Behaviour)},
        }

    @app.get("/questions")
    def questions() -> ResponseReturnValue:
        """What was asked, oldest first: of one `register`, `after` a number."""
        found = book.questions(register=request.args.get("register"), after=request.args.get("after", 0, int))
        return {"questions": found}

    @app.post("/_clock")
    def clock() -> ResponseReturnValue:
        """From now on the clock here goes from `at` on: for tests that let days pass."""
        book.set_clock(datetime.fromisoformat(request.get_json()["at"]))
        return {"now": book.now().isoformat()}

    @app.post("/registers/<name>/questions")
    def ask(name: str) -> ResponseReturnValue:
        """One question about one person. The answer is signed as the question was."""
        if name not in REGISTERS:
            return {"code": "register-unknown"}, 404
        body = request.get_data()
        try:
            message_id = verify(body, headers=dict(request.headers), secrets=settings.secrets, at=book.now())
        except Forbidden as wrong:
            return {"code": wrong.code}, 401
        if request.headers.get("client-id") != settings.client_id:
            return {"code": "client-unknown"}, 403
        asked = _read(body)
        if asked is None or asked.question_id != message_id:
            return {"code": "question-unreadable"}, 422
        if asked.asks not in REGISTERS[name].fields:
            return {"code": "not-agreed"}, 403
        return _answer(name, asked)

    def _answer(name: str, asked: Asked) -> ResponseReturnValue:
        behaviour = behaviour_of(asked.national_id, name)
        before = book.count_before(name, asked)
        value, attempts = book.note(
            name, asked, value=value_of(behaviour, REGISTERS[name].fields[asked.asks], before=before)
        )
        if behaviour is Behaviour.DOWN:
            return {"code": "down"}, 503
        if behaviour is Behaviour.SLOW and attempts == 1:
            time.sleep(settings.slow_s)
        if behaviour is Behaviour.LATER and attempts <= LATER_ATTEMPTS:
            return {"question_id": asked.question_id, "state": "later"}, 202
        if behaviour is Behaviour.MALFORMED:
            return Response("<html>maintenance</html>", content_type="text/html")
        answer = {"question_id": asked.question_id, "answer": value, "as_of": book.now().date().isoformat()}
        content = json.dumps(answer, separators=(",", ":")).encode()
        secrets = [SOMEBODY_ELSE] if behaviour is Behaviour.WRONG_SIGNATURE else settings.secrets
        headers = sign(content, message_id=asked.question_id, at=book.now(), secrets=secrets)
        return Response(content, content_type="application/json", headers=headers)

    return app


def _read(body: bytes) -> Asked | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in TEXTS):
        return None
    return Asked(**{name: found[name] for name in TEXTS})
