"""A family's life with a watch: every route of claims, watches and families, as apps use them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.kernel.ids import WatchId
from lambdas.api.app import Api
from tests.lambdas.api.platform import ask

DEVICE, SECRET = "8800000031", "K7MQ-2XRA-9TPD-4ZEH"


@dataclass
class Guardian:
    """Somebody with a token."""

    api: Api
    account_id: str
    token: str

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Call a route; return what it answers."""
        rest = {} if body is None else {"json": body}
        answer = ask(self.api, method, path, token=self.token, **rest)
        assert answer.status < 400, (method, path, answer.body)
        return answer.json if answer.body else None

    def refused(self, method: str, path: str, body: Any) -> None:
        """Call a route that refuses what is sent."""
        answer = ask(self.api, method, path, token=self.token, json=body)
        assert answer.status == 409, (method, path, answer.body)


def play(mother: Guardian, grandfather: Guardian, meet: Callable[[WatchId], None]) -> WatchId:
    """Let a mother claim a watch, share it, and hand it over to a grandfather, who unbinds it.

    The device DEVICE is stocked with SECRET. meet: what happens on the new watch meanwhile.
    """
    mother.do("POST", "/v1/claims/code", {"device_id": DEVICE})
    mother.refused("POST", "/v1/claims", {"device_id": DEVICE, "code": "00000000"})
    watch_id = WatchId(mother.do("POST", "/v1/claims", {"device_id": DEVICE, "secret": SECRET})["watch_id"])
    meet(watch_id)
    watch = f"/v1/watches/{watch_id}"
    mother.do("GET", "/v1/watches")
    version = mother.do("GET", watch)["profile"]["version"]
    mother.do("PATCH", watch, {"replaces": version, "name": "Noor", "time_zone": "America/Paramaribo"})
    mother.do("PATCH", f"{watch}/members/{mother.account_id}", {"name": "Mama"})
    code, unused, left = (mother.do("POST", f"{watch}/invitations", {"role": "viewer"})["code"] for _ in range(3))
    assert len(mother.do("GET", f"{watch}/invitations")["items"]) == 3
    mother.do("DELETE", f"{watch}/invitations/{unused.split('.')[1]}")
    grandfather.do("POST", "/v1/invitations/accept", {"code": code, "name": "Opa Jan"})
    mother.do("PATCH", f"{watch}/members/{grandfather.account_id}", {"role": "guardian"})
    assert {each["name"] for each in grandfather.do("GET", f"{watch}/members")["items"]} == {"Mama", "Opa Jan"}
    for _ in range(2):
        mother.do("POST", f"{watch}/ownership", {"account_id": grandfather.account_id})
        assert grandfather.do("GET", f"{watch}/ownership")["offer"]
        mother.do("DELETE", f"{watch}/ownership")
    mother.do("POST", f"{watch}/ownership", {"account_id": grandfather.account_id})
    grandfather.do("POST", f"{watch}/ownership/accept")
    mother.do("DELETE", f"{watch}/members/{mother.account_id}")
    assert left.split(".")[0] == watch_id
    grandfather.do("DELETE", watch)
    assert grandfather.do("GET", "/v1/watches") == {"items": [], "next": None}
    grandfather.do("POST", "/v1/claims/code", {"device_id": DEVICE})
    return watch_id
