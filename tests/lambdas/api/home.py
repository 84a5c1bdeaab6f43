"""One guardian with one watch."""

from typing import Any

from core.kernel.ids import AccountId, WatchId
from tests.lambdas.api.platform import Answer, Platform


class Home(Platform):
    """The platform with Marieke, who is signed in, and her watch."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.account_id: AccountId = self.account()
        self.watch_id: WatchId = self.watch(self.account_id)
        self.bearer = self.token()

    def call(self, method: str, what: str = "", **rest: Any) -> Answer:
        """Call a route about the watch; what: the path below it."""
        return self.ask(method, f"/v1/watches/{self.watch_id}{what}", token=self.bearer, **rest)
