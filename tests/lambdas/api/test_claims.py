"""Claims: who holds a device takes it, and nobody else learns anything of it."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from core.accounts.notices import NoticeKind
from core.kernel.ids import WatchId
from core.watches.claim import secret_hash
from core.watches.limits import CLAIM_CODES, CLAIMS
from core.watches.model import CODE_TRIES, Role, Standing
from tests.builders import any_device
from tests.clocks import NOON
from tests.lambdas.api.platform import Answer, Platform

IS_SECRET = "core.watches.claim:is_secret"
IS_CODE = "core.watches.claim:is_code"
TELL_OWNER = "core.watches.claim:Claim._tell_owner"
NEXT_TALLY = "core.accounts.attempts:next_tally"

DEVICE, UNKNOWN = "8800000015", "8800000099"
SECRET = "K7MQ-2XRA-9TPD-4ZEH"
WRONG = "K7MQ-2XRA-9TPD-4ZEJ"
ICCID = "8931440400000000001"
MINUTE = timedelta(minutes=1)


class Shop(Platform):
    """A stocked device and Marieke, who has bought it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.device = any_device(DEVICE, model="GW4", claim_secret_hash=secret_hash(SECRET), sim=ICCID)
        self.devices.stock(self.device)
        self.marieke = self.account()
        self.bearer = self.token()

    def claim(self, device_id: str = DEVICE, token: str | None = None, **proof: str) -> Answer:
        proof = proof or {"secret": SECRET}
        return self.ask("POST", "/v1/claims", token=token or self.bearer, json={"device_id": device_id, **proof})

    def show_code(self, device_id: str = DEVICE, token: str | None = None) -> Answer:
        return self.ask("POST", "/v1/claims/code", token=token or self.bearer, json={"device_id": device_id})

    def shown(self) -> str:
        """Return what the watch shows."""
        code = self.claim_codes.get(self.devices.identity(DEVICE).name, self.clock.now())
        assert code is not None
        return code.digits

    def buyer(self, email: str = "bram@example.nl") -> str:
        """Return the token of another account."""
        self.account(email)
        return self.token(email)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def refusal(answer: Answer) -> tuple[int, dict[str, str], str]:
    assert (answer.status, answer.json["code"]) == (409, "claim_refused")
    return answer.status, answer.headers, answer.body


def test_who_has_the_card_of_the_box_becomes_the_owner_of_a_new_watch(shop: Shop) -> None:
    answer = shop.claim(secret=" k7mq2xra 9tpd4zeh ")
    assert answer.status == 201
    watch_id = WatchId(answer.json["watch_id"])
    assert answer.json == {"watch_id": watch_id, "role": "owner"}
    membership = shop.memberships.get(shop.marieke, watch_id)
    assert membership is not None
    assert (membership.role, membership.since) == (Role.OWNER, NOON)
    details = shop.ask("GET", f"/v1/watches/{watch_id}", token=shop.bearer).json
    assert details["profile"] == {"name": None, "time_zone": "Europe/Amsterdam", "picture": None, "version": 0}
    assert details["capabilities"]["model"] == "GW4"
    sim = shop.sims.get(watch_id)
    assert sim is not None
    assert sim.number == ICCID


def test_who_sees_the_watchs_screen_becomes_its_owner(shop: Shop) -> None:
    assert (shop.show_code().status, shop.show_code().body) == (202, "")
    code = shop.shown()
    assert code.isdecimal()
    assert len(code) == 8
    assert shop.nudges.sent == 2 * [(0, shop.devices.identity(DEVICE).name)], "so that the bridge looks at once"
    assert shop.claim(code=code).status == 201
    assert shop.claim_codes.get(shop.devices.identity(DEVICE).name, NOON) is None


@pytest.mark.attack("W-34", guard=IS_SECRET, part="secret of the box")
@pytest.mark.promise("P-11", guard=IS_SECRET, part="a claim needs a secret besides the id")
@pytest.mark.parametrize("wrong", [WRONG, SECRET[:-1] + "0", DEVICE.rjust(16, "0"), hashlib.sha256(b"").hexdigest()])
def test_nobody_claims_by_the_id_that_is_printed_on_a_device(shop: Shop, wrong: str) -> None:
    refusal(shop.claim(secret=wrong))
    assert shop.devices.standing(DEVICE) is Standing.STOCKED


@pytest.mark.attack("W-34", guard=IS_CODE, part="code of the screen")
def test_nobody_claims_by_a_code_that_the_watch_does_not_show(shop: Shop) -> None:
    refusal(shop.claim(code="00000000"))
    shop.show_code()
    shown = shop.shown()
    refusal(shop.claim(code=f"{(int(shown) + 1) % 10**8:08d}"))
    shop.clock.advance(5 * MINUTE)
    refusal(shop.claim(code=shown))
    assert shop.devices.standing(DEVICE) is Standing.STOCKED


def test_a_code_is_tried_five_times(shop: Shop) -> None:
    shop.show_code()
    for _ in range(CODE_TRIES):
        refusal(shop.claim(code="00000000"))
        shop.show_code()
    refusal(shop.claim(code=shop.shown()))


@pytest.mark.attack("A-16", guard=TELL_OWNER, part="claims")
def test_whatever_is_wrong_with_a_claim_looks_the_same(shop: Shop) -> None:
    wrong = refusal(shop.claim(secret=WRONG))
    assert refusal(shop.claim(UNKNOWN)) == wrong
    assert refusal(shop.claim(UNKNOWN, code="00000000")) == wrong
    assert shop.claim().status == 201
    bram = shop.buyer()
    assert refusal(shop.claim(token=bram)) == wrong
    assert refusal(shop.claim(token=bram, secret=WRONG)) == wrong
    shop.nudges.sent.clear()
    assert shop.show_code().body == shop.show_code(UNKNOWN).body == ""
    assert len(shop.nudges.sent) == 2, "and costs the same"
    assert len(shop.announcer.announced) - shop.announcer.kinds().count(NoticeKind.NEW_SIGN_IN) == 5


def told_of_claims(shop: Shop) -> int:
    return [each.to for each in shop.announcer.announced if each.kind is NoticeKind.CLAIM_TRIED].count((shop.marieke,))


@pytest.mark.attack("W-34", guard=TELL_OWNER, part="owner told")
def test_the_owner_is_told_when_somebody_else_has_the_secret(shop: Shop) -> None:
    shop.claim()
    bram = shop.buyer()
    for number in range(1, 4):
        refusal(shop.claim(token=bram))
        assert told_of_claims(shop) == number
    assert shop.devices.standing(DEVICE) is Standing.BOUND


def test_wrong_guesses_at_a_bound_watch_are_told_once_a_day(shop: Shop) -> None:
    shop.claim()
    bram = shop.buyer()
    for _ in range(3):
        refusal(shop.claim(token=bram, secret=WRONG))
        assert told_of_claims(shop) == 1
    shop.clock.advance(timedelta(days=1))
    refusal(shop.claim(token=shop.token("bram@example.nl"), secret=WRONG))
    assert told_of_claims(shop) == 2


@pytest.mark.promise("P-51", guard=NEXT_TALLY, part="claims")
@pytest.mark.attack("W-34", guard=NEXT_TALLY, part="limits")
def test_an_account_that_guesses_waits_longer_and_longer(shop: Shop) -> None:
    for _ in range(10):
        refusal(shop.claim(secret=WRONG))
    answer = shop.claim()
    assert (answer.status, answer.json["code"]) == (429, "too_many_attempts")
    assert answer.headers["Retry-After"] == "60"
    assert shop.claim(UNKNOWN).body == answer.body
    shop.clock.advance(MINUTE)
    assert shop.claim().status == 201, "and who has the secret after all is let in"
    assert shop.claim(UNKNOWN).status == 409, "with ten more guesses"


@pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="claims")
@pytest.mark.attack("W-34", guard="core.accounts.attempts:exceeds", part="limits")
@pytest.mark.parametrize(("devices", "limit"), [(1, CLAIMS.per_device), (10, CLAIMS.per_address)])
def test_many_accounts_together_guess_no_more_at_a_device_or_from_an_address(
    shop: Shop, devices: int, limit: int
) -> None:
    buyers = [shop.buyer(f"buyer{number}@example.nl") for number in range(limit // 9 + 1)]
    for guess in range(limit):
        refusal(shop.claim(f"{8800000015 + guess % devices}", token=buyers[guess // 9], secret=WRONG))
    assert shop.claim(token=shop.bearer, secret=WRONG).status == 429


def test_nobody_keeps_the_buyer_out_by_guessing_at_the_device(shop: Shop) -> None:
    guessers = [shop.buyer(f"guesser{number}@example.nl") for number in range(CLAIMS.per_device // 9 + 1)]
    for guess in range(CLAIMS.per_device):
        refusal(shop.claim(token=guessers[guess // 9], secret=WRONG))
    assert shop.claim(token=guessers[-1], secret=WRONG).status == 429
    assert shop.claim().status == 201


@pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="claims")
def test_a_screen_is_not_filled_with_codes(shop: Shop) -> None:
    for _ in range(CLAIM_CODES.per_device):
        assert shop.show_code().status == 202
    assert shop.show_code(token=shop.buyer()).status == 429


@pytest.mark.parametrize(
    "body",
    [
        {"device_id": DEVICE},
        {"device_id": DEVICE, "secret": SECRET, "code": "12345678"},
        {"device_id": "123", "secret": SECRET},
        {"device_id": DEVICE, "code": "1234567"},
        {"device_id": DEVICE, "secret": "short"},
        {"device_id": DEVICE, "secret": SECRET, "owner_id": "a" * 26},
        {"device_id": DEVICE, "secret": SECRET, "role": "owner"},
    ],
)
def test_what_is_no_claim_is_refused_before_anything_is_counted(shop: Shop, body: dict[str, str]) -> None:
    answer = shop.ask("POST", "/v1/claims", token=shop.bearer, json=body)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert DEVICE not in answer.body


@pytest.mark.promise("P-69", guard="core.watches.claim:new_watch_id")
def test_a_resold_device_is_a_new_watch_that_knows_nothing_of_the_old_one(shop: Shop) -> None:
    first = WatchId(shop.claim().json["watch_id"])
    shop.position(first, NOON)
    shop.reading(first, NOON)
    profile = replace(shop.profiles.get(first), name="Noor")
    assert shop.profiles.replace(profile)
    assert shop.ask("DELETE", f"/v1/watches/{first}", token=shop.bearer).status == 204
    bram = shop.buyer()
    second = WatchId(shop.claim(token=bram).json["watch_id"])
    assert second != first
    shown = shop.ask("GET", f"/v1/watches/{second}", token=bram).json
    assert shown["profile"]["name"] is None
    assert shown["status"]["position"] is shown["status"]["battery_percent"] is shown["status"]["last_heard_at"] is None
    assert shop.ask("GET", f"/v1/watches/{second}/positions", token=bram).json["items"] == []
    for token in (shop.bearer, bram):
        assert shop.ask("GET", f"/v1/watches/{first}", token=token).status == 404
    assert shop.ask("GET", f"/v1/watches/{second}", token=shop.bearer).status == 404


def test_what_is_claimed_stands_in_the_change_log_of_the_watch(shop: Shop) -> None:
    watch_id = shop.claim().json["watch_id"]
    [change] = shop.ask("GET", f"/v1/watches/{watch_id}/changes", token=shop.bearer).json["items"]
    assert (change["act"], change["fields"], change["by"]) == ("claimDevice", ["device_id", "secret"], shop.marieke)
