"""Baseline: a bare Flask route that finds one claim and shows it, for gunicorn: `bench.baselines.bare_read:app()`."""

import os
from typing import Any

from flask import Flask, Response, jsonify
from pymongo import MongoClient


def app() -> Flask:
    claims = MongoClient[dict[str, Any]](os.environ["MONGODB_URI"])[os.environ["MONGODB_DATABASE"]]["claims"]
    made = Flask("bare")

    @made.get("/claims/<claim_id>")
    def read(claim_id: str) -> Response:
        return jsonify(claims.find_one({"_id": f"dz-cnas:{claim_id}"}))

    return made
