"""Baseline: a bare Flask route that writes the documents of a filed claim in one transaction, and one that writes only
one document: `bench.baselines.bare_write:app()`.

The documents are copies, under fresh ids, of those that the platform wrote for a claim (`WRITTEN`, in BSON).
"""

import os
import uuid
from pathlib import Path
from typing import Any

import bson
from flask import Flask, Response, jsonify, request
from pymongo import MongoClient


def app() -> Flask:
    client = MongoClient[dict[str, Any]](os.environ["MONGODB_URI"])
    database = client[os.environ["MONGODB_DATABASE"]]
    written: dict[str, dict[str, Any]] = bson.decode(Path(os.environ["WRITTEN"]).read_bytes())
    made = Flask("bare")

    @made.post("/claims")
    def write() -> tuple[Response, int]:
        asked = request.get_json()
        with client.start_session() as session, session.start_transaction():
            for collection, document in written.items():
                database[collection].insert_one(_fresh(document), session=session)
        return jsonify(asked), 201

    @made.post("/one")
    def write_one() -> tuple[Response, int]:
        asked = request.get_json()
        database["claims"].insert_one(_fresh(written["claims"]))
        return jsonify(asked), 201

    return made


def _fresh(document: dict[str, Any]) -> dict[str, Any]:
    fresh_id = str(uuid.uuid4())
    return {**document, "_id": fresh_id, **({"reference": fresh_id} if "reference" in document else {})}
