"""A list is always read in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, in its order. `next` is where the next page starts, None after the last one."""

    items: Sequence[T]
    next: str | None
