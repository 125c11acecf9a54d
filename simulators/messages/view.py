"""The HTTP side: the APIs by which SMS come, and what people and tests see of the messages: a page, JSON, and the
faults they may ask for."""

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from simulators.messages.http_apis import HttpProvider, apis
from simulators.messages.received import FAULTS, Faults, Received


def application(received: Received, faults: Faults) -> Flask:
    """The HTTP application: SMS by HTTP, what was received, as a page and as JSON, and faults to ask for."""
    app = Flask(__name__)
    app.register_blueprint(apis(HttpProvider(received, faults).open()))

    @app.get("/health/live")
    @app.get("/health/ready")
    def health() -> ResponseReturnValue:
        return {"status": "ready"}

    @app.get("/")
    def page() -> ResponseReturnValue:
        return render_template(
            "messages.html", messages=_wanted() if request.args else received.newest(), counts=received.counts()
        )

    @app.get("/messages")
    def messages() -> ResponseReturnValue:
        """`to`, `channel` (mail, sms), `since` (ISO 8601, UTC), `after` (number of the last message seen)."""
        return {"messages": _wanted()}

    @app.get("/counts")
    def counts() -> ResponseReturnValue:
        return received.counts()

    @app.get("/_faults")
    def show_faults() -> ResponseReturnValue:
        left = faults.left()
        return {"faults": [{"kind": kind, "means": FAULTS[kind], "remaining": left[kind]} for kind in left]}

    @app.post("/_faults")
    def ask_fault() -> ResponseReturnValue:
        """The next `count` (1) messages go wrong in the way of this `kind`; 0 ends it."""
        body = request.get_json()
        if body.get("kind") not in FAULTS:
            return {"code": "fault-unknown", "detail": f"One of {', '.join(FAULTS)}."}, 422
        faults.ask(body["kind"], int(body.get("count", 1)))
        return {"kind": body["kind"], "count": int(body.get("count", 1))}, 201

    def _wanted() -> list[dict[str, object]]:
        # A plus sign in an address line is a blank unless it is escaped; no address starts with a blank.
        to = request.args.get("to")
        return received.messages(
            to=f"+{to[1:]}" if to and to.startswith(" ") else to,
            channel=request.args.get("channel"),
            since=_in_utc(request.args.get("since")),
            after=request.args.get("after", 0, int),
        )

    return app


def _in_utc(text: str | None) -> str | None:
    """Times are kept as `+00:00`; a `Z`, or a plus that the address line made a blank, means the same."""
    return text.replace("Z", "+00:00").replace(" ", "+") if text else None
