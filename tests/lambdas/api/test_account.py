"""Accounts over HTTP."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest

from core.accounts.attempts import FREE_ATTEMPTS, LETTERS_PER_ADDRESS, READS_PER_AUTOMATION
from core.accounts.automations import AUTOMATIONS_PER_ACCOUNT
from core.accounts.model import FRESH_FOR, Caller
from core.accounts.notices import LetterKind, NoticeKind
from core.kernel.ids import FamilyId, new_id
from tests.clocks import NOON
from tests.dpop import DeviceKey
from tests.lambdas.api.account_journey import ACCOUNT_ROUTES, EMAIL, PASSWORDS, App, play
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import ISSUER, PASSWORD, Answer, Platform
from tests.lambdas.api.routes import closed_routes, filled, parameters, routes

NEW_PASSWORD = "elf ganzen boven het wad"
SECOND = timedelta(seconds=1)


def seen(answer: Answer) -> tuple[int, dict[str, str], str]:
    return answer.status, answer.headers, answer.body


def newest_link(platform: Platform) -> str:
    """Return the link of the letter that was posted last with one."""
    armed = [platform.links.arm(letter) for letter in platform.post.sent]
    return [each.link for each in armed if each is not None and each.link is not None][-1]


def mailed(platform: Platform) -> list[tuple[LetterKind, str]]:
    """Return kind and address of each mail that went out."""
    armed = [(letter.kind, platform.links.arm(letter)) for letter in platform.post.sent]
    return [(kind, each.address) for kind, each in armed if each is not None]


class Known(Home):
    """Marieke, signed in on a device with a key."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.key = DeviceKey()
        tokens = self.with_key().json
        self.bearer, self.refresh = tokens["access_token"], tokens["refresh_token"]

    def with_key(self, key: DeviceKey | None = None, password: str = PASSWORD, **rest: Any) -> Answer:
        """Sign in with a proof."""
        proof = (key or self.key).proof(f"{ISSUER}/v1/sign-in", self.clock.now())
        return self.sign_in(password=password, headers={"dpop": proof}, **rest)

    def renew(self, token: str | None = None, key: DeviceKey | None = None, **claims: Any) -> Answer:
        """Refresh the tokens."""
        proof = (key or self.key).proof(f"{ISSUER}/v1/tokens", self.clock.now(), **claims)
        body = {"refresh_token": token or self.refresh}
        return self.ask("POST", "/v1/tokens", json=body, headers={"dpop": proof})

    def post_as(self, path: str, body: Any = None, token: str | None = None, **rest: Any) -> Answer:
        sent = {} if body is None else {"json": body}
        return self.ask("POST", path, token=token or self.bearer, **sent, **rest)


@pytest.fixture
def home() -> Known:
    return Known()


class TestJourney:
    @pytest.mark.promise("P-44", guard="core.accounts.refresh:Renewal.renew")
    def test_the_password_travels_in_bodies_that_prove_it_alone_and_never_comes_back(
        self, platform: Platform, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        app, tablet = (App(platform.api, platform.clock, lambda: newest_link(platform)) for _ in range(2))
        play(app, tablet)
        sent, answers = app.sent + tablet.sent, app.answers + tablet.answers
        carrying = [path.partition("{")[0] for path, body in sent if any(each in body for each in PASSWORDS)]
        assert carrying == [
            "/v1/registrations",
            "/v1/registrations",
            "/v1/sign-in",
            "/v1/password/check",
            "/v1/password/change",
            "/v1/password/reset/confirm",
            "/v1/sign-in",
            "/v1/sign-in",
            "/v1/sign-in",
        ], "once for each time that somebody typed it; for all else a token goes"
        told = repr([path for path, _ in sent]) + repr([(each.headers, each.body) for each in answers]) + caplog.text
        assert not any(each in told for each in PASSWORDS)
        assert not any(EMAIL.lower() in path.lower() for path, _ in sent), "no address in a URL or a header"

    def test_it_uses_every_route_of_accounts(self, platform: Platform) -> None:
        app, tablet = (App(platform.api, platform.clock, lambda: newest_link(platform)) for _ in range(2))
        play(app, tablet)
        asked = {re.sub(r"/[a-z2-7]{26}", "/<id>", path.partition("{")[0]) for path, _ in app.sent}
        ours = {filled(path, "<id>") for _, path in routes() if ACCOUNT_ROUTES.match(path)}
        assert ours <= asked


class TestTokens:
    def test_a_device_with_a_key_refreshes_and_each_token_works(self, home: Known) -> None:
        tokens = [home.refresh]
        for _ in range(3):
            home.clock.advance(timedelta(minutes=10))
            answer = home.renew(tokens[-1])
            assert answer.status == 200
            assert home.ask("GET", "/v1/account", token=answer.json["access_token"]).status == 200
            tokens.append(answer.json["refresh_token"])
        assert len(set(tokens)) == 4

    def test_a_reused_token_ends_everything_that_came_of_the_sign_in(self, home: Known) -> None:
        access = home.renew().json["access_token"]
        home.clock.advance(31 * SECOND)
        refused = home.renew()
        assert (refused.status, refused.json["code"]) == (401, "not_signed_in")
        assert home.ask("GET", "/v1/account", token=access).status == 401
        assert NoticeKind.TOKEN_REUSED in home.announcer.kinds()

    def test_a_wrong_clock_is_answered_with_a_nonce_that_helps(self, home: Known) -> None:
        asked = home.renew(iat=0)
        assert (asked.status, asked.json["code"]) == (400, "use_dpop_nonce")
        assert home.renew(iat=0, nonce=asked.headers["DPoP-Nonce"]).status == 200

    @pytest.mark.parametrize("proof", ["", "x", "a.b.c"])
    def test_without_a_proof_nothing_is_refreshed(self, home: Known, proof: str) -> None:
        answer = home.ask("POST", "/v1/tokens", json={"refresh_token": home.refresh}, headers={"dpop": proof})
        assert (answer.status, answer.json["code"]) == (400, "invalid_dpop_proof")
        assert home.renew().status == 200

    def test_a_sign_in_with_a_wrong_proof_is_refused_before_the_password(self, home: Known) -> None:
        before = home.passwords.checks
        answer = home.sign_in(headers={"dpop": home.key.proof(f"{ISSUER}/v1/tokens", NOON)})
        assert (answer.status, answer.json["code"]) == (400, "invalid_dpop_proof")
        assert home.passwords.checks == before

    @pytest.mark.attack("A-08", guard="core.accounts.automations:is_token_of", part="refresh and automation tokens")
    def test_no_token_passes_for_one_of_another_type(self, home: Known) -> None:
        home.post_as("/v1/password/check", {"password": PASSWORD})
        automation = home.post_as("/v1/automations", {"name": "any"}).json["token"]
        for token in (home.refresh, f"wa1.{home.refresh}", automation.removeprefix("wa1."), automation[:-1]):
            assert home.ask("GET", "/v1/watches", token=token).status == 401
        assert home.renew(home.bearer).status == 401
        assert home.renew(automation).status == 401
        assert home.renew().status == 200, "and nobody was signed out by it"


class TestSignIns:
    def test_they_are_listed_with_the_names_that_were_given(self, home: Known) -> None:
        home.clock.advance(timedelta(minutes=1))
        body = {"email": "marieke@example.nl", "password": PASSWORD, "device_name": "Tablet"}
        token = home.ask("POST", "/v1/sign-in", json=body).json["access_token"]
        items = home.ask("GET", "/v1/sign-ins", token=token).json["items"]
        assert {(each["name"], each["is_this"]) for each in items} == {("Tablet", True), (None, False)}
        assert all(each.keys() == {"id", "name", "since", "renewed_at", "is_this"} for each in items)

    def test_they_are_read_in_pages(self, home: Known) -> None:
        for _ in range(3):
            home.token()
        ids, query = [], {"limit": "2"}
        while True:
            page = home.ask("GET", "/v1/sign-ins", token=home.bearer, query=query).json
            ids += [each["id"] for each in page["items"]]
            if page["next"] is None:
                break
            query = {"limit": "2", "cursor": page["next"]}
        assert len(ids) == len(set(ids)) == 5

    def test_one_is_ended_from_elsewhere_at_once_with_its_phone(self, home: Known) -> None:
        other = home.token()
        home.ask("PUT", "/v1/phone", token=other, json={"platform": "apns", "token": "5b3e" * 16})
        [phone] = home.phones.of_account(home.account_id, NOON)
        assert home.ask("DELETE", f"/v1/sign-ins/{phone.family_id}", token=home.bearer).status == 204
        assert home.ask("GET", "/v1/account", token=other).status == 401
        assert home.phone_endpoints.held == {}
        assert home.ask("DELETE", f"/v1/sign-ins/{phone.family_id}", token=home.bearer).status == 404
        assert home.ask("GET", "/v1/account", token=home.bearer).status == 200

    @pytest.mark.promise("P-46", guard="core.accounts.sign_out:SignOut.end_all", part="everywhere")
    def test_all_are_ended_at_once(self, home: Known) -> None:
        others = [home.token() for _ in range(3)]
        home.ask("PUT", "/v1/phone", token=others[0], json={"platform": "apns", "token": "5b3e" * 16})
        assert home.post_as("/v1/sign-out/everywhere").status == 204
        for token in [home.bearer, *others]:
            assert home.ask("GET", "/v1/account", token=token).status == 401
        assert home.renew().status == 401
        for left in (home.phone_endpoints.held, home.phones.phones, home.signed_in.devices):
            assert not left

    @pytest.mark.parametrize("name", ["", "x" * 51, 5, ["x"]])
    def test_a_name_that_is_none_is_refused(self, home: Known, name: object) -> None:
        body = {"email": "marieke@example.nl", "password": PASSWORD, "device_name": name}
        assert home.ask("POST", "/v1/sign-in", json=body).status == 400


OF_ACCOUNTS = {
    ("DELETE", "/v1/sign-ins/<family_id>"): "lambdas.api.routes.sign_in:_family",
    ("DELETE", "/v1/automations/<automation_id>"): "core.accounts.automations:is_automation_of",
}
"""Routes that name an object of an account, and what keeps others' away."""


def test_every_route_that_names_an_object_of_an_account_is_tried_here() -> None:
    named = {route for route in closed_routes() if parameters(route[1])[:1] not in ([], ["watch_id"])}
    assert {route for route in named if ACCOUNT_ROUTES.match(route[1])} == OF_ACCOUNTS.keys()


@pytest.mark.parametrize(
    ("method", "template"),
    [pytest.param(*route, marks=pytest.mark.attack("Z-01", guard=guard)) for route, guard in OF_ACCOUNTS.items()],
)
def test_what_is_anothers_answers_exactly_like_none(home: Known, method: str, template: str) -> None:
    home.post_as("/v1/automations", {"name": "any"})
    hers = set(home.families.families)
    home.account("bram@example.nl")
    bram = home.token("bram@example.nl")
    none = home.ask(method, filled(template, new_id()), token=bram)
    assert none.status == 404
    for family_id in hers:
        assert seen(home.ask(method, filled(template, family_id), token=bram)) == seen(none)
    assert set(home.families.families) > hers
    for wrong in ("x", "A" * 26, "é", "a#b"):
        assert seen(home.ask(method, filled(template, wrong), token=bram)) == seen(none)


class TestKnownDevices:
    @pytest.mark.promise("P-51", guard="core.accounts.attempts:_account_counter", part="the owner gets in")
    @pytest.mark.attack("A-13", guard="core.accounts.attempts:_account_counter", part="the owner gets in")
    @pytest.mark.attack("A-15", guard="core.accounts.attempts:_account_counter")
    def test_who_has_signed_in_there_gets_in_while_another_guesses(self, home: Known) -> None:
        for _ in range(FREE_ATTEMPTS):
            home.sign_in(password="wrong", address="203.0.113.9")
        assert home.sign_in().status == 429
        assert home.with_key(DeviceKey()).status == 429
        assert home.with_key().status == 200
        assert home.sign_in().status == 429, "and the guesser is held up as before"

    def test_a_full_address_does_not_hold_a_known_device_up(self, home: Known) -> None:
        for number in range(100):
            home.sign_in(email=f"{number}@example.nl", password="wrong")
        assert home.sign_in().status == 429
        assert home.with_key().status == 200

    def test_a_known_device_guesses_no_more_than_any_other(self, home: Known) -> None:
        statuses = [home.with_key(password="wrong").status for _ in range(FREE_ATTEMPTS + 1)]
        assert statuses == [401] * FREE_ATTEMPTS + [429]
        assert home.sign_in().status == 200

    def test_a_device_is_known_to_its_own_account_only(self, home: Known) -> None:
        home.account("bram@example.nl")
        for _ in range(FREE_ATTEMPTS):
            home.sign_in(email="bram@example.nl", password="wrong")
        assert home.with_key(email="bram@example.nl").status == 429

    def test_the_answer_tells_nothing_of_devices_or_accounts(self, home: Known) -> None:
        answers = [home.with_key(key, "wrong", email=email) for key in (home.key, DeviceKey()) for email in ADDRESSES]
        assert len({str(seen(answer)) for answer in answers}) == 1

    def test_a_sign_in_on_a_new_device_is_told_and_on_a_known_one_is_not(self, home: Known) -> None:
        before = len(home.announcer.announced)
        home.with_key()
        assert len(home.announcer.announced) == before
        home.with_key(DeviceKey())
        home.sign_in()
        assert home.announcer.kinds()[before:] == [NoticeKind.NEW_SIGN_IN] * 2


ADDRESSES = ("marieke@example.nl", "nobody@example.nl")


class TestFreshPassword:
    @pytest.mark.attack("C-02", guard="core.accounts.model:is_fresh", part="fresh password")
    def test_what_is_dangerous_needs_the_password_of_the_last_five_minutes(self, home: Known) -> None:
        home.clock.advance(FRESH_FOR)
        asked = home.post_as("/v1/automations", {"name": "any"})
        assert (asked.status, asked.json["code"]) == (403, "password_needed")
        assert home.post_as("/v1/password/check", {"password": PASSWORD}).status == 204
        home.clock.advance(FRESH_FOR - SECOND)
        assert home.post_as("/v1/automations", {"name": "any"}).status == 201

    def test_a_refresh_does_not_make_it_fresh(self, home: Known) -> None:
        home.clock.advance(FRESH_FOR)
        token = home.renew().json["access_token"]
        assert home.post_as("/v1/automations", {"name": "any"}, token).json["code"] == "password_needed"

    def test_one_sign_in_makes_no_other_fresh(self, home: Known) -> None:
        other = home.token()
        home.clock.advance(FRESH_FOR)
        home.post_as("/v1/password/check", {"password": PASSWORD})
        assert home.post_as("/v1/automations", {"name": "any"}, other).status == 403

    @pytest.mark.promise("P-51", guard="core.accounts.attempts:next_tally", part="password check")
    def test_checks_are_limited_for_this_sign_in_and_outsiders_cannot_use_them_up(self, home: Known) -> None:
        for _ in range(FREE_ATTEMPTS + 1):
            home.sign_in(password="wrong")
        other = home.with_key().json["access_token"]
        statuses = [home.post_as("/v1/password/check", {"password": "wrong"}).status for _ in range(FREE_ATTEMPTS + 1)]
        assert statuses == [403] * FREE_ATTEMPTS + [429]
        assert home.post_as("/v1/password/check", {"password": PASSWORD}).status == 429
        assert home.post_as("/v1/password/check", {"password": PASSWORD}, other).status == 204


class TestRegistration:
    def ask(self, platform: Platform, **rest: Any) -> Answer:
        return platform.ask("POST", "/v1/registrations", json=BRAM | rest)

    def test_an_account_is_made_by_whoever_reads_its_mail(self, platform: Platform) -> None:
        assert self.ask(platform).status == 202
        assert platform.sign_in("bram@example.nl", NEW_PASSWORD).status == 401, "not before the link was used"
        link = newest_link(platform)
        assert mailed(platform) == [(LetterKind.CONFIRM_REGISTRATION, "Bram@example.nl")]
        assert platform.ask("POST", "/v1/registrations/confirm", json={"link": link}).status == 204
        token = platform.sign_in("bram@example.nl", NEW_PASSWORD).json["access_token"]
        account = platform.ask("GET", "/v1/account", token=token).json
        assert (account["email"], account["language"]) == ("Bram@example.nl", "en")
        again = platform.ask("POST", "/v1/registrations/confirm", json={"link": link})
        assert (again.status, again.json["code"]) == (400, "invalid_link")

    @pytest.mark.attack("A-01", guard="core.accounts.passphrase:is_common")
    def test_a_fresh_platform_opens_to_nobody_and_no_common_password_is_taken(self, platform: Platform) -> None:
        for email, password in (("admin@example.nl", "admin"), ("admin", "123456"), ("root@example.nl", "password")):
            assert platform.sign_in(email, password).status == 401
        for password in ("123456", "123456123456123456", "passwordpassword1", "welkom2026welkom2026"):
            answer = self.ask(platform, password=password)
            assert (answer.status, answer.json["code"]) == (400, "weak_password")
        assert platform.mail_links.links == {}

    @pytest.mark.attack("A-16", guard="core.accounts.register:SelfRegistration.ask", part="registration")
    def test_a_known_address_gets_the_same_answer_and_another_mail(self, platform: Platform) -> None:
        platform.account("bram@example.nl")
        hashes = platform.passwords.hashes
        known, unknown = self.ask(platform), self.ask(platform, email="nobody@example.nl")
        assert seen(known) == seen(unknown)
        assert known.status == 202
        assert platform.passwords.hashes == hashes + 2, "a hash for each"
        assert len(platform.mail_links.links) == len(platform.post.sent) == 2, "a row and a letter for each"
        assert mailed(platform) == [
            (LetterKind.ALREADY_REGISTERED, "bram@example.nl"),
            (LetterKind.CONFIRM_REGISTRATION, "nobody@example.nl"),
        ]

    def test_of_two_links_to_one_address_the_second_makes_no_other_account(self, platform: Platform) -> None:
        links = []
        for _ in range(2):
            self.ask(platform)
            links.append(newest_link(platform))
        first, second = (platform.ask("POST", "/v1/registrations/confirm", json={"link": link}) for link in links)
        assert first.status == 204
        assert (second.status, second.json["code"]) == (409, "email_taken")

    @pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="registration and reset")
    @pytest.mark.parametrize("path", ["/v1/registrations", "/v1/password/reset"])
    def test_one_address_has_few_mails_sent(self, platform: Platform, path: str) -> None:
        for number in range(LETTERS_PER_ADDRESS):
            body = {"email": f"{number}@example.nl"} | ({} if "reset" in path else PENDING)
            assert platform.ask("POST", path, json=body).status == 202
        body = {"email": "another@example.nl"} | ({} if "reset" in path else PENDING)
        assert platform.ask("POST", path, json=body).status == 429
        assert platform.ask("POST", path, json=body, address="192.0.2.8").status == 202

    @pytest.mark.promise("P-51", guard="core.accounts.attempts:next_tally", part="registration and reset")
    @pytest.mark.parametrize("path", ["/v1/registrations", "/v1/password/reset"])
    def test_one_mailbox_gets_few_mails_known_or_not(self, platform: Platform, path: str) -> None:
        platform.account()
        for email in ADDRESSES:
            body = {"email": email} | ({} if "reset" in path else PENDING)
            statuses = [
                platform.ask("POST", path, json=body, address=f"192.0.2.{number}").status
                for number in range(FREE_ATTEMPTS + 1)
            ]
            assert statuses == [202] * FREE_ATTEMPTS + [429]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "no address"},
            {"email": "a\n@b.nl"},
            {"language": "de"},
            {"language": None},
            {"password": "x" * 1025},
            {"role": "staff"},
        ],
    )
    def test_what_is_wrong_is_refused_and_mails_nobody(self, platform: Platform, body: dict[str, Any]) -> None:
        answer = platform.ask("POST", "/v1/registrations", json=(BRAM | body) if body else {})
        assert answer.status == 400
        assert platform.post.sent == []


BRAM = {"email": "Bram@example.nl", "password": NEW_PASSWORD, "language": "en"}
PENDING = {"password": NEW_PASSWORD, "language": "nl"}


class TestPassword:
    def test_a_change_ends_all_other_sign_ins_and_is_told(self, home: Known) -> None:
        other = home.token()
        body = {"password": PASSWORD, "new_password": NEW_PASSWORD}
        assert home.post_as("/v1/password/change", body).status == 204
        assert home.ask("GET", "/v1/account", token=other).status == 401
        assert home.ask("GET", "/v1/account", token=home.bearer).status == 200
        assert home.sign_in(password=PASSWORD).status == 401
        assert home.sign_in(password=NEW_PASSWORD).status == 200
        assert NoticeKind.PASSWORD_CHANGED in home.announcer.kinds()

    def test_a_change_ends_what_a_thief_of_the_password_has_made(self, home: Known) -> None:
        automation = home.post_as("/v1/automations", {"name": "any"}).json["token"]
        assert home.ask("GET", "/v1/watches", token=automation).status == 200
        body = {"password": PASSWORD, "new_password": NEW_PASSWORD}
        assert home.post_as("/v1/password/change", body).status == 204
        assert home.ask("GET", "/v1/watches", token=automation).status == 401

    def test_a_change_needs_the_password_that_is(self, home: Known) -> None:
        body = {"password": "wrong", "new_password": NEW_PASSWORD}
        answer = home.post_as("/v1/password/change", body)
        assert (answer.status, answer.json["code"]) == (403, "wrong_password")
        assert home.sign_in().status == 200

    @pytest.mark.promise("P-52", guard="core.accounts.passphrase:is_short", part="registration, change and reset")
    def test_the_rule_holds_wherever_a_password_is_chosen(self, home: Known) -> None:
        home.ask("POST", "/v1/password/reset", json={"email": "marieke@example.nl"})
        link = newest_link(home)
        weak = "veertien teken"
        answers = [
            home.ask("POST", "/v1/registrations", json={"email": "b@example.nl", "password": weak, "language": "nl"}),
            home.post_as("/v1/password/change", {"password": PASSWORD, "new_password": weak}),
            home.ask("POST", "/v1/password/reset/confirm", json={"link": link, "new_password": weak}),
        ]
        assert [(each.status, each.json["code"]) for each in answers] == [(400, "weak_password")] * 3
        body = {"link": link, "new_password": NEW_PASSWORD}
        assert home.ask("POST", "/v1/password/reset/confirm", json=body).status == 204, "the link was not used up"

    @pytest.mark.promise("P-52", guard="core.accounts.passphrase:is_common", part="registration, change and reset")
    def test_the_blocklist_holds_at_a_change(self, home: Known) -> None:
        body = {"password": PASSWORD, "new_password": "Marieke marieke 2026"}
        assert home.post_as("/v1/password/change", body).json["code"] == "weak_password"

    @pytest.mark.parametrize(
        "password",
        ["\u0065\u0301\u00e9 zes zeven acht negen", "дом и сад за тихой рекой", " " * 3 + "elf ganzen, wad " * 60],
    )
    def test_a_passphrase_of_any_kind_is_kept_exactly(self, home: Known, password: str) -> None:
        body = {"password": PASSWORD, "new_password": password}
        assert home.post_as("/v1/password/change", body).status == 204
        assert home.sign_in(password=password).status == 200
        for wrong in (password[:-1], password.strip(), password + " ", password.swapcase()):
            if wrong != password:
                assert home.sign_in(password=wrong).status == 401


class TestReset:
    def reset(self, home: Known, link: str, password: str = NEW_PASSWORD) -> Answer:
        return home.ask("POST", "/v1/password/reset/confirm", json={"link": link, "new_password": password})

    def link(self, home: Known) -> str:
        assert home.ask("POST", "/v1/password/reset", json={"email": "MARIEKE@example.nl"}).status == 202
        return newest_link(home)

    @pytest.mark.attack("A-20", guard="core.accounts.sign_out:SignOut.end_all", part="ends other sign-ins")
    def test_a_reset_ends_all_that_was_signed_in_and_every_automation(self, home: Known) -> None:
        automation = home.post_as("/v1/automations", {"name": "any"}).json["token"]
        assert self.reset(home, self.link(home)).status == 204
        for token in (home.bearer, automation):
            assert home.ask("GET", "/v1/watches", token=token).status == 401
        assert home.renew().status == 401
        assert home.sign_in(password=NEW_PASSWORD).status == 200
        assert NoticeKind.PASSWORD_CHANGED in home.announcer.kinds()

    @pytest.mark.attack("A-20", guard="core.accounts.links:Links.use_up", part="once")
    def test_a_link_is_used_once(self, home: Known) -> None:
        link = self.link(home)
        assert self.reset(home, link).status == 204
        again = self.reset(home, link, "zeven schapen op de dijk")
        assert (again.status, again.json["code"]) == (400, "invalid_link")
        assert home.sign_in(password=NEW_PASSWORD).status == 200

    def test_a_reset_lets_the_owner_in_who_was_limited_by_anothers_guesses(self, home: Known) -> None:
        for _ in range(FREE_ATTEMPTS):
            home.sign_in(password="wrong")
        assert self.reset(home, self.link(home)).status == 204
        assert home.sign_in(password=NEW_PASSWORD).status == 200

    @pytest.mark.attack("A-16", guard="core.accounts.password:PasswordDesk.ask_reset", part="reset")
    def test_an_unknown_address_gets_the_same_answer_and_as_much_work(self, home: Known) -> None:
        answers, work = [], []
        for email in ADDRESSES:
            before = len(home.mail_links.links), len(home.post.sent)
            answers.append(home.ask("POST", "/v1/password/reset", json={"email": email}))
            work.append((len(home.mail_links.links) - before[0], len(home.post.sent) - before[1]))
        assert seen(answers[0]) == seen(answers[1])
        assert answers[0].status == 202
        assert work == [(1, 1)] * 2
        assert mailed(home) == [(LetterKind.RESET_PASSWORD, "marieke@example.nl")]

    @pytest.mark.attack("A-20", guard="core.accounts.links:Links._addressee", part="to the account's own address")
    def test_the_link_goes_to_the_accounts_own_address_however_it_was_typed(self, home: Known) -> None:
        home.account("strasse@example.nl", PASSWORD)
        home.ask("POST", "/v1/password/reset", json={"email": "straße@example.nl"})
        assert mailed(home) == [(LetterKind.RESET_PASSWORD, "strasse@example.nl")]

    @pytest.mark.promise("P-51", guard="core.accounts.attempts:exceeds", part="links")
    def test_shown_links_are_limited(self, home: Known) -> None:
        statuses = [self.reset(home, f"{new_id()}.{'A' * 22}").status for _ in range(101)]
        assert statuses == [400] * 100 + [429]

    def test_nobody_keeps_another_from_a_link_by_showing_wrong_ones(self, home: Known) -> None:
        home.ask("POST", "/v1/password/reset", json={"email": "marieke@example.nl"})
        link = newest_link(home)
        for _ in range(101):
            self.reset(home, f"{new_id()}.{'A' * 22}")
        assert self.reset(home, link).status == 204

    @pytest.mark.parametrize("host", ["evil.example.com", "example.com:8080"])
    def test_no_header_changes_where_a_link_leads(self, home: Known, host: str) -> None:
        headers = {"host": host, "x-forwarded-host": host, "referer": f"https://{host}/"}
        home.ask("POST", "/v1/password/reset", json={"email": "marieke@example.nl"}, headers=headers)
        assert re.fullmatch(r"[a-z2-7]{26}\.[\w-]{22}", newest_link(home))


class TestProfile:
    def test_the_language_is_changed_and_nothing_else_is(self, home: Known) -> None:
        before = home.ask("GET", "/v1/account", token=home.bearer).json
        answer = home.ask("PATCH", "/v1/account", token=home.bearer, json={"language": "en"})
        assert answer.json == before | {"language": "en"} == home.ask("GET", "/v1/account", token=home.bearer).json
        for body in ({"email": "b@example.nl"}, {"language": "en", "email": "b@example.nl"}, {}, {"language": "fr"}):
            assert home.ask("PATCH", "/v1/account", token=home.bearer, json=body).status == 400

    def test_a_new_address_is_taken_by_its_link_and_the_old_one_is_told(self, home: Known) -> None:
        assert home.post_as("/v1/account/email", {"email": "New@example.nl"}).status == 202
        assert home.ask("GET", "/v1/account", token=home.bearer).json["email"] == "marieke@example.nl"
        assert home.post_as("/v1/account/email/confirm", {"link": newest_link(home)}).status == 204
        assert mailed(home)[-1] == (LetterKind.EMAIL_REPLACED, "marieke@example.nl")
        assert NoticeKind.EMAIL_CHANGED in home.announcer.kinds()
        assert home.sign_in("new@example.nl").status == 200
        assert home.sign_in("marieke@example.nl").status == 401

    def test_it_needs_a_fresh_password(self, home: Known) -> None:
        home.clock.advance(FRESH_FOR)
        answer = home.post_as("/v1/account/email", {"email": "new@example.nl"})
        assert (answer.status, answer.json["code"]) == (403, "password_needed")
        assert home.post.sent == []

    @pytest.mark.attack("A-16", guard="core.accounts.profile:AccountProfiles.ask_new_email", part="e-mail change")
    def test_an_address_that_is_taken_answers_like_any_other(self, home: Known) -> None:
        home.account("bram@example.nl")
        answers = [home.post_as("/v1/account/email", {"email": email}) for email in ("bram@example.nl", "x@example.nl")]
        assert seen(answers[0]) == seen(answers[1])
        assert answers[0].status == 202
        assert mailed(home) == [
            (LetterKind.ALREADY_REGISTERED, "bram@example.nl"),
            (LetterKind.CONFIRM_EMAIL, "x@example.nl"),
        ]

    def test_whoever_reads_a_mistyped_address_cannot_take_the_account(self, home: Known) -> None:
        home.account("bram@example.nl")
        home.post_as("/v1/account/email", {"email": "mistyped@example.nl"})
        link = newest_link(home)
        assert home.ask("POST", "/v1/account/email/confirm", json={"link": link}).status == 401
        bram = home.token("bram@example.nl")
        assert home.post_as("/v1/account/email/confirm", {"link": link}, bram).json["code"] == "invalid_link"
        assert home.sign_in().status == 200


class TestAutomations:
    def make(self, home: Known, name: str = "Home Assistant") -> dict[str, Any]:
        made: dict[str, Any] = home.post_as("/v1/automations", {"name": name}).json
        return made

    def test_it_reads_watches_and_nothing_else(self, home: Known) -> None:
        token = self.make(home)["token"]
        assert re.fullmatch(r"wa1\.[a-z2-7]{26}\.[\w-]{43}", token)
        for path in ("/v1/watches", f"/v1/watches/{home.watch_id}/position", f"/v1/watches/{home.watch_id}/zones"):
            assert home.ask("GET", path, token=token).status == 200
        assert home.ask("GET", f"/v1/watches/{new_id()}/position", token=token).status == 404

    @pytest.mark.attack("A-08", guard="lambdas.api.gate:is_reading_of_watches", part="read-only tokens")
    @pytest.mark.parametrize(
        ("method", "template"),
        [route for route in closed_routes() if not (route[0] == "GET" and route[1].startswith("/v1/watches"))],
    )
    def test_every_other_route_refuses_it(self, method: str, template: str) -> None:
        home = Known()
        token = self.make(home)["token"]
        answer = home.ask(method, filled(template, home.watch_id), token=token)
        assert (answer.status, answer.json["code"]) == (403, "read_only")

    def test_it_is_worth_nothing_from_the_instant_that_it_is_ended(self, home: Known) -> None:
        made, other = self.make(home), self.make(home, "other")
        assert home.ask("DELETE", f"/v1/automations/{made['id']}", token=home.bearer).status == 204
        assert home.ask("GET", "/v1/watches", token=made["token"]).status == 401
        assert home.ask("GET", "/v1/watches", token=other["token"]).status == 200
        assert home.ask("DELETE", f"/v1/automations/{made['id']}", token=home.bearer).status == 404
        items = home.ask("GET", "/v1/automations", token=home.bearer).json["items"]
        assert [(each["id"], each["name"]) for each in items] == [(other["id"], "other")]

    def test_its_token_is_shown_once_and_stored_nowhere(self, home: Known) -> None:
        token = self.make(home)["token"]
        assert token not in home.ask("GET", "/v1/automations", token=home.bearer).body
        assert token.rpartition(".")[2] not in repr(home.families.families)

    def test_an_account_has_as_many_as_it_may_have(self, home: Known) -> None:
        for _ in range(AUTOMATIONS_PER_ACCOUNT):
            self.make(home)
        answer = home.post_as("/v1/automations", {"name": "one more"})
        assert (answer.status, answer.json["code"]) == (409, "too_many_automations")

    def test_it_asks_as_often_as_is_published_and_no_oftener(self, home: Known) -> None:
        token = self.make(home)["token"]
        statuses = [home.ask("GET", "/v1/watches", token=token).status for _ in range(READS_PER_AUTOMATION + 1)]
        assert statuses == [200] * READS_PER_AUTOMATION + [429]
        assert home.ask("GET", "/v1/watches", token=home.bearer).status == 200
        home.clock.advance(timedelta(minutes=10))
        assert home.ask("GET", "/v1/watches", token=token).status == 200

    def test_it_may_poll_by_etag(self, home: Known) -> None:
        token, path = self.make(home)["token"], f"/v1/watches/{home.watch_id}/position"
        home.position(home.watch_id, NOON)
        etag = home.ask("GET", path, token=token).headers["ETag"]
        assert home.ask("GET", path, token=token, headers={"if-none-match": etag}).status == 304

    def test_a_new_one_is_told(self, home: Known) -> None:
        self.make(home)
        assert home.announcer.kinds()[-1] is NoticeKind.AUTOMATION_ADDED

    def test_it_ends_by_itself_after_a_year(self, home: Known) -> None:
        token = self.make(home)["token"]
        home.clock.advance(timedelta(days=365) - SECOND)
        assert home.ask("GET", "/v1/watches", token=token).status == 200
        home.clock.advance(SECOND)
        assert home.ask("GET", "/v1/watches", token=token).status == 401

    def test_a_sign_in_is_no_automation_and_an_automation_no_sign_in(self, home: Known) -> None:
        made = self.make(home)
        assert home.ask("DELETE", f"/v1/sign-ins/{made['id']}", token=home.bearer).status == 404
        [own] = [each for each in home.signed_in.devices.values() if each.family_id in home.families.families][:1]
        assert home.ask("DELETE", f"/v1/automations/{own.family_id}", token=home.bearer).status == 404
        forged = home.tokens.issue(Caller(home.account_id, FamilyId(made["id"])), home.clock.now()).text
        assert home.ask("GET", "/v1/account", token=forged).status == 401


@pytest.mark.attack("A-23", guard="lambdas.api.gate:bearer_token")
def test_a_cookie_signs_nobody_in(home: Known) -> None:
    for name in ("access_token", "authorization", "session"):
        assert home.ask("GET", "/v1/account", headers={"cookie": f"{name}={home.bearer}"}).status == 401


def test_no_answer_sets_a_cookie_or_lets_another_site_read_it(home: Known) -> None:
    for method, template in routes():
        for token in (None, home.token()):
            answer = home.ask(
                method, filled(template, new_id()), token=token, headers={"origin": "https://example.com"}
            )
            assert not {name.lower() for name in answer.headers} & {"set-cookie", "access-control-allow-origin"}
