"""For operators and their load balancers: whether this process lives, and whether it can answer every poll."""

from __future__ import annotations

import json

from flask import Blueprint, Flask, Response, current_app

from feeds.ops.health import Health, Vitals

blueprint = Blueprint("operations", __name__)

ENDPOINTS = frozenset({"operations.healthz", "operations.readyz"})
_KEY = "bantin.vitals"


def attach(app: Flask, vitals: Vitals) -> None:
    """Have an application tell how it does."""
    app.extensions[_KEY] = vitals
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer 200 as long as anything answers: starting the process anew would mend nothing that is away."""
    return _answer(_look(), 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer 503 while a poll of what is not on the shelf could not be answered."""
    health = _look()
    return _answer(health, 200 if health.is_ready else 503)


def _look() -> Health:
    vitals: Vitals = current_app.extensions[_KEY]
    return vitals.look()


def _answer(health: Health, status: int) -> Response:
    response = Response(json.dumps(health.as_json()) + "\n", status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
