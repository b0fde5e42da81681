"""The applications that ours is held against under the same server: two that do nothing, and plain feedgen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

BASE_URL_VARIABLE, STORE_URL_VARIABLE = "BANTIN_BASE_URL", "BANTIN_DATABASE_URL"


def create_nothing() -> WsgiApp:
    """Give an application that looks at nothing and says as little as can be: the server itself is what costs.

    A list is what this server sends on fastest.
    """

    def nothing(_: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        start_response("304 Not Modified", [])
        return []

    return nothing


def create_nothing_as_tuple() -> WsgiApp:
    """Give the same, with an answer that the server asks for its parts one by one."""

    def nothing(_: dict[str, Any], start_response: StartResponse) -> tuple[bytes, ...]:
        start_response("304 Not Modified", [])
        return ()

    return nothing


def create_feedgen() -> Flask:
    """Give plain feedgen and Flask over the store that the environment names."""
    # Imported here, so that those that do nothing carry nothing.
    from sqlalchemy import create_engine

    from tests.bench.rival import create_rival

    engine = create_engine(os.environ[STORE_URL_VARIABLE])
    return create_rival(engine, base_url=os.environ[BASE_URL_VARIABLE], title="Bantin")
