"""What a reporting interval costs: our own estimate, as no public text measures one.

Model: a battery as children's watches of this kind carry, a base load for radio and screen, and for each report a fix
by GPS and its upload. It holds for a watch that moves all the time; at rest these watches report nothing.
"""

from datetime import timedelta

BATTERY_MAH = 680.0  # sold watches of this family name 600 to 700
BASE_MA = 9.0  # registered in the network, a heartbeat each few minutes: three days without any report
FIX_MA, FIX_SECONDS = 45.0, 20.0  # a GNSS receiver of this class, and how long a warm one needs
UPLOAD_MAH = 0.12  # a few seconds of radio at 200 mA or less, and its tail
_SECONDS_AN_HOUR = 3_600.0


def estimated_battery_life(seconds: int) -> timedelta:
    """Return how long a full battery lasts at this interval, in whole hours."""
    reports_an_hour = _SECONDS_AN_HOUR / seconds
    receiver_ma = FIX_MA * min(1.0, FIX_SECONDS / seconds)
    return timedelta(hours=round(BATTERY_MAH / (BASE_MA + receiver_ma + UPLOAD_MAH * reports_an_hour)))
