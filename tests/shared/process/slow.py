"""`python -m tests.shared.process.slow web`: a service with one route that takes as long as it is told to."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, validate

from shared.http.routes import ANYONE, Routes
from shared.process.main import main
from shared.process.service import Service
from shared.storage.work import Work

routes = Routes("slow")


class Seconds(Schema):
    seconds = fields.Float(load_default=0.2, validate=validate.Range(0, 10))


class Done(Schema):
    done = fields.Boolean()


@routes.get("/slow", needs=ANYONE, query=Seconds, shows=Done)
def wait(work: Work, query: Mapping[str, Any]) -> object:
    """Take a while."""
    time.sleep(query["seconds"])
    return {"done": True}


service: Service[None] = Service(
    name="slow",
    folder=Path(__file__).parents[3] / "services" / "claims",  # for its sentences
    settings=lambda env: None,
    routes=[routes],
)

if __name__ == "__main__":
    sys.exit(main(service, sys.argv[1:]))
