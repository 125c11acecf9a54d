"""`python -m tests.shared.process.slow web`: a service that takes its time."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, validate

from shared.http.routes import ANYONE, Routes
from shared.process.main import main
from shared.process.service import Service
from shared.storage.unit_of_work import UnitOfWork

LONG = 30 * 1024 * 1024
routes = Routes("slow")


class Seconds(Schema):
    seconds = fields.Float(load_default=0.2, validate=validate.Range(0, 10))


class Done(Schema):
    done = fields.Boolean()


@routes.get("/slow", scope=ANYONE, query=Seconds, response=Done)
def wait(uow: UnitOfWork, query: Mapping[str, Any]) -> object:
    """Take a while."""
    time.sleep(query["seconds"])
    return {"done": True}


class CodeText(Schema):
    word = fields.String(required=True)


@routes.post("/said", scope=ANYONE, request=CodeText, response=CodeText)
def answer(uow: UnitOfWork, body: Mapping[str, Any]) -> object:
    """Say it again."""
    return body


@routes.get("/long", scope=ANYONE, response=CodeText)
def publish_at_length(uow: UnitOfWork) -> object:
    """More than any buffer on the way takes."""
    return {"word": "x" * LONG}


service: Service[None] = Service(
    name="slow",
    folder=Path(__file__).parents[3] / "services" / "claims",  # for its sentences
    settings=lambda env: None,
    routes=[routes],
)

if __name__ == "__main__":
    sys.exit(main(service, sys.argv[1:]))
