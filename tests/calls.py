"""What a deployable asks of AWS, to be held against what it is granted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.aws import session
from stacks.functions import Access


@dataclass
class Calls:
    """tables: table and action. others: any other service and action. in_order: each call's service and action.

    on_keys: how many of them asked for keys, which a process opens once in five minutes.
    """

    tables: set[tuple[str, str]] = field(default_factory=set)
    others: set[tuple[str, str]] = field(default_factory=set)
    in_order: list[tuple[str, str]] = field(default_factory=list)
    on_keys: int = 0

    def clear(self) -> None:
        """Forget what was asked so far."""
        self.tables.clear()
        self.others.clear()
        self.in_order.clear()
        self.on_keys = 0

    def note(self, service: str, action: str, params: dict[str, Any]) -> None:
        """Note one call."""
        self.in_order.append((service, action))
        if service != "dynamodb":
            self.others.add((service, action))
        self.on_keys += params.get("TableName", "").endswith("-keys")
        for name in [params["TableName"]] if "TableName" in params else params.get("RequestItems", ()):
            self._note_table(name, action)
        for item in params.get("TransactItems", ()):
            for kind, parts in item.items():  # such as Put, which is granted as PutItem
                self._note_table(parts["TableName"], f"{kind}Item")

    def _note_table(self, name: str, action: str) -> None:
        _, _, table = name.split("-", 2)
        self.tables.add((table, action))


@contextmanager
def recorded_calls() -> Iterator[Calls]:
    """Yield the calls of all clients that are made meanwhile."""
    calls = Calls()

    def note(**call: Any) -> None:
        calls.note(call["model"].service_model.service_name, call["model"].name, call["params"])

    session().register("provide-client-params", note)
    try:
        yield calls
    finally:
        session().unregister("provide-client-params", note)


def granted(access: Access) -> set[tuple[str, str]]:
    """Return the calls on tables that an access allows."""
    return {(table, action) for table, actions in access.tables.items() for action in actions}
