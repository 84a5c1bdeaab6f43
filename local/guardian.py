"""A guardian who uses the API as an app does: over HTTP, knowing nothing but the published document."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from core.kernel.geo import Point

_ANSWER_S = 60  # a cold function on a loaded laptop
_UNAUTHORIZED = 401
_FIRST_PROBLEM = 400


class ApiRefused(Exception):  # noqa: N818 - an error is named after the fact
    """The API answered with a problem; the text is its code."""


class Guardian:
    """One account's view. api_url: without a final slash; the routes begin behind it."""

    def __init__(self, api_url: str, email: str, password: str) -> None:
        self._api_url = api_url
        self._credentials = {"email": email, "password": password}
        self._token = ""

    def watches(self) -> list[str]:
        """Return the ids of the account's watches, the longest known first."""
        return [watch["id"] for watch in self._pages("/v1/watches", {})]

    def latest(self, watch_id: str) -> Mapping[str, Any] | None:
        """Return the newest position as the API shows it, None where it is unknown."""
        position: Mapping[str, Any] | None = self._get(f"/v1/watches/{watch_id}/position", {})["position"]
        return position

    def positions(self, watch_id: str, start: datetime, end: datetime) -> list[Mapping[str, Any]]:
        """Return the whole history with start <= at < end, oldest first."""
        return list(self._pages(f"/v1/watches/{watch_id}/positions", _range(start, end)))

    def telemetry(self, watch_id: str, start: datetime, end: datetime) -> list[Mapping[str, Any]]:
        """Return all readings with start <= at < end, oldest first."""
        return list(self._pages(f"/v1/watches/{watch_id}/telemetry", _range(start, end)))

    def alerts(self, watch_id: str, start: datetime, end: datetime) -> list[Mapping[str, Any]]:
        """Return all alerts of alarms with start <= at < end, oldest first."""
        return list(self._pages(f"/v1/watches/{watch_id}/alerts", _range(start, end)))

    def acknowledge(self, watch_id: str, alert_id: str) -> None:
        """Say that an alert was seen."""
        self._ask("POST", f"/v1/watches/{watch_id}/alerts/{alert_id}/acknowledgement")

    def deliveries(self, watch_id: str, alert_id: str) -> list[Mapping[str, Any]]:
        """Return how far an alert came by each channel."""
        deliveries: list[Mapping[str, Any]] = self._get(f"/v1/watches/{watch_id}/alerts/{alert_id}/deliveries", {})[
            "items"
        ]
        return deliveries

    def zones(self, watch_id: str) -> list[Mapping[str, Any]]:
        """Return the zones of a watch."""
        zones: list[Mapping[str, Any]] = self._get(f"/v1/watches/{watch_id}/zones", {})["items"]
        return zones

    def draw_circle(
        self, watch_id: str, name: str, centre: Point, radius_m: float, schedule: Mapping[str, Any] | None = None
    ) -> None:
        """Draw a zone."""
        place = {"latitude": centre.latitude, "longitude": centre.longitude}
        shape = {"kind": "circle", "centre": place, "radius_m": radius_m}
        self._ask("POST", f"/v1/watches/{watch_id}/zones", {"name": name, "shape": shape, "schedule": schedule})

    def order(self, watch_id: str, kind: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask something of a watch; return the command."""
        command: Mapping[str, Any] = self._ask("POST", f"/v1/watches/{watch_id}/commands", {"kind": kind, **arguments})
        return command

    def command(self, watch_id: str, command_id: str) -> Mapping[str, Any]:
        """Return a command and how far it came."""
        command: Mapping[str, Any] = self._get(f"/v1/watches/{watch_id}/commands/{command_id}", {})
        return command

    def commands(self, watch_id: str, start: datetime, end: datetime) -> list[Mapping[str, Any]]:
        """Return all that was ordered at start <= ordered_at < end, oldest first."""
        return list(self._pages(f"/v1/watches/{watch_id}/commands", _range(start, end)))

    def setting(self, watch_id: str, name: str) -> Mapping[str, Any]:
        """Return a setting: what is wanted beside what the watch has acknowledged."""
        setting: Mapping[str, Any] = self._get(f"/v1/watches/{watch_id}/settings/{name}", {})
        return setting

    def want(self, watch_id: str, name: str, value: Mapping[str, Any]) -> None:
        """Want another value of a setting."""
        change = {"value": {"name": name, **value}, "replaces": self.setting(watch_id, name)["version"]}
        self._ask("PUT", f"/v1/watches/{watch_id}/settings/{name}", change)

    def register_phone(self, platform: str, token: str) -> None:
        """Let a phone ring at alerts for as long as this sign-in lasts."""
        self._ask("PUT", "/v1/phone", {"platform": platform, "token": token})

    def new_token(self) -> str:
        """Sign in and return the access token, which holds for ten minutes; an earlier sign-in is used no more."""
        self._sign_in()
        return self._token

    def sign_out(self) -> None:
        """End this sign-in."""
        self._ask("POST", "/v1/sign-out")

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        cursor: Mapping[str, str] = {}
        while True:
            page = self._get(path, {**query, **cursor})
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return self._ask("GET", f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def _ask(self, method: str, target: str, body: Mapping[str, Any] | None = None) -> Any:
        status, answer = self._call(method, target, body)
        if status == _UNAUTHORIZED:  # a token holds for ten minutes
            self._sign_in()
            status, answer = self._call(method, target, body)
        return _accepted(status, answer)

    def _sign_in(self) -> None:
        self._token = _accepted(*self._call("POST", "/v1/sign-in", self._credentials))["access_token"]

    def _call(self, method: str, target: str, body: Mapping[str, Any] | None) -> tuple[int, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address is the local platform's
            self._api_url + target,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as response:  # noqa: S310 - as above
                return response.status, json.loads(response.read() or "null")
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, json.load(problem)


def _accepted(status: int, answer: Any) -> Any:
    if status >= _FIRST_PROBLEM:
        raise ApiRefused(str(answer["code"]))
    return answer


def _range(start: datetime, end: datetime) -> dict[str, str]:
    return {"from": start.isoformat(), "to": end.isoformat(), "limit": "500"}
