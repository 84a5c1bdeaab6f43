"""What each guard becomes when it is removed: the function that `GUARDS=1` puts in its place.

A guard is named `module:qualname` in a `promise` or `attack` marker. Its neutral form answers what the system would do
without it, so that the marked test fails for the right reason.
"""

from collections.abc import Callable
from typing import Any


def returns(value: object) -> Callable[..., Any]:
    """Return a function that gives this value whatever it is asked."""
    return lambda *_args, **_named: value


def first_argument(*arguments: Any, **_named: Any) -> Any:
    """Return the argument untouched (for a method: the one after self)."""
    return arguments[-1] if len(arguments) == 1 else arguments[1]


NEUTRAL: dict[str, Callable[..., Any]] = {
    "core.retention.policy:is_over": returns(False),
}
