"""A guardian who uses the API as an app does: over HTTP, knowing nothing but the published document."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

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

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        cursor: Mapping[str, str] = {}
        while True:
            page = self._get(path, {**query, **cursor})
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        target = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        status, answer = self._call(target)
        if status == _UNAUTHORIZED:  # a token holds for ten minutes
            self._sign_in()
            status, answer = self._call(target)
        return _accepted(status, answer)

    def _sign_in(self) -> None:
        self._token = _accepted(*self._call("/v1/sign-in", self._credentials))["access_token"]

    def _call(self, target: str, body: Mapping[str, str] | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address is the local platform's
            self._api_url + target,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as response:  # noqa: S310 - as above
                return response.status, json.load(response)
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, json.load(problem)


def _accepted(status: int, answer: Any) -> Any:
    if status >= _FIRST_PROBLEM:
        raise ApiRefused(str(answer["code"]))
    return answer


def _range(start: datetime, end: datetime) -> dict[str, str]:
    return {"from": start.isoformat(), "to": end.isoformat(), "limit": "500"}
