"""Asks whether a column's value is among many, as one parameter: a JSON array on SQLite, an array on PostgreSQL.

The statement stays the same however many they are; with a parameter for each, most of its time goes into writing it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, BindParameter, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE, TypeDecorator, TypeEngine


class _Many(TypeDecorator[Collection[Any]]):
    """Values of one type; `is_text` or else whole numbers."""

    impl = Text
    cache_ok = True

    def __init__(self, *, is_text: bool) -> None:
        super().__init__()
        self.is_text = is_text

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give the type of the parameter."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(Text() if self.is_text else BigInteger()))

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> str | Sequence[Any] | None:
        """Write what a statement is asked with."""
        if value is None:
            return None
        return json.dumps(list(value)) if dialect.name == "sqlite" else list(value)


class _Among(FunctionElement[Any]):
    """A column, and the parameter that its value is to be among."""

    # What is said to be a Boolean is compared with 1 on SQLite, which then uses no index.
    type = NULLTYPE
    inherit_cache = True


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: SQLCompiler, **said: Any) -> str:
    column, many = (compiler.process(each, **said) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **said: Any) -> str:
    column, many = (compiler.process(each, **said) for each in element.clauses)
    return f"{column} = ANY ({many})"


def among(column: ColumnElement[Any] | Any, parameter: str) -> ColumnElement[bool]:
    """Say that the value of a column is one of those that the statement is asked with as `parameter`, if any are.

    The column holds text or whole numbers. Not for ranges that are cut by a LIMIT: PostgreSQL sorts all that it finds.
    """
    many: BindParameter[Any] = bindparam(parameter, type_=_Many(is_text=isinstance(column.type, Text)))
    return _Among(column, many)
