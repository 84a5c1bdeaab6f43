"""The platform's own command: where a watch is now, after a first point outside a zone."""

from core.accounts.attempts import count_in_window
from core.accounts.model import TooManyAttempts
from core.accounts.ports import Attempts
from core.commands.model import CommandKind
from core.commands.orders import Order, Orders
from core.kernel.clock import Clock
from core.kernel.ids import WatchId

MOST_IN_A_WINDOW = 1
"""A child that plays on the border costs the watch no more than a burst of fixes in ten minutes."""


class SecondFix:
    """Locator that orders a fix in nobody's name."""

    def __init__(self, orders: Orders, attempts: Attempts, clock: Clock) -> None:
        self._orders = orders
        self._attempts = attempts
        self._clock = clock

    def locate(self, watch_id: WatchId) -> None:
        """See Locator."""
        now = self._clock.now()
        try:
            count_in_window(self._attempts, f"second fix:{watch_id}", MOST_IN_A_WINDOW, now)
            self._orders.take(Order(watch_id=watch_id, kind=CommandKind.LOCATE, ordered_by=None), now)
        except TooManyAttempts:
            return
