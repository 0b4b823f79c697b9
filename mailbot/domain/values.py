"""One way to turn the domain's frozen dataclasses into JSON and back."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", kind))


def to_data(value: Any) -> Any:
    """Return `value` (a domain dataclass) as plain JSON types: amounts as strings, dates ISO."""
    return _adapter(cast("Hashable", type(value))).dump_python(value, mode="json")


def to_json(value: Any) -> str:
    """Return `value` (a domain dataclass) as JSON text."""
    return _adapter(cast("Hashable", type(value))).dump_json(value).decode()


def from_data(kind: type[T], data: Any) -> T:
    """Return the `kind` that `to_data` wrote as `data`."""
    return cast("T", _adapter(cast("Hashable", kind)).validate_python(data))


def from_json(kind: type[T], text: str) -> T:
    """Return the `kind` that `to_json` wrote as `text`."""
    return cast("T", _adapter(cast("Hashable", kind)).validate_json(text))
