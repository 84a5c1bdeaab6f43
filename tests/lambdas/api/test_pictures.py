"""The picture by which a watch is shown."""

from dataclasses import replace
from typing import Any

import pytest

from core.messages.model import LARGEST_PICTURE_BYTES
from core.watches.model import Role
from core.watches.profile import Profile
from tests.lambdas.api.home import Home
from tests.lambdas.api.platform import Answer
from tests.recordings import m4a, picture, short


@pytest.fixture
def home() -> Home:
    return Home()


def put(home: Home, given: bytes | None = None, kind: str = "image/jpeg") -> Answer:
    return home.call("PUT", "/picture", raw=(kind, picture(80, 60) if given is None else given))


def test_a_picture_is_shown_to_every_member_until_it_is_removed(home: Home) -> None:
    assert home.call("GET", "/picture").status == 404
    assert put(home).status == 204
    shown = home.call("GET", "/picture")
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert home.call("DELETE", "/picture").status == 204
    for method in ("GET", "DELETE"):
        assert home.call(method, "/picture").status == 404
    assert not home.media.items


@pytest.mark.promise("P-31", guard="core.messages.pictures:Pictures._forget", part="one copy of one picture")
def test_a_picture_takes_the_place_of_the_one_before(home: Home) -> None:
    for form, kind in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("JPEG", "image/jpeg")):
        assert put(home, picture(80, 60, form), kind).status == 204
        assert len(home.media.items) == 1


def test_the_rest_of_the_profile_stays(home: Home) -> None:
    home.profiles.replace(Profile(watch_id=home.watch_id, name="Noor"))
    put(home)
    assert home.profiles.get(home.watch_id).name == "Noor"


def test_a_profile_that_is_changed_at_the_same_time_loses_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    store, changes = home.profiles.replace, iter(["Noor"])

    def overtaken(profile: Profile) -> Any:
        for name in changes:
            assert store(replace(profile, name=name, picture=None))
        return store(profile)

    monkeypatch.setattr(home.profiles, "replace", overtaken)
    assert put(home).status == 204
    profile = home.profiles.get(home.watch_id)
    assert (profile.name, profile.picture is None) == ("Noor", False)


def test_a_profile_that_is_changed_all_the_time_keeps_its_picture(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home)
    before = dict(home.media.items)
    monkeypatch.setattr(home.profiles, "replace", lambda _profile: None)
    answers = [put(home), home.call("DELETE", "/picture")]
    assert [(each.status, each.json["code"]) for each in answers] == [(409, "changed_meanwhile")] * 2
    assert home.media.items == before


def test_a_contacts_photo_is_shown_by_its_id_until_it_is_removed(home: Home) -> None:
    added = home.call("POST", "/photos", raw=("image/png", picture(80, 60, "PNG")))
    assert added.status == 201
    path = f"/photos/{added.json['id']}"
    assert home.call("GET", path).content.startswith(b"\xff\xd8\xff")
    assert home.call("GET", "/picture").status == 404
    assert home.call("DELETE", path).status == 204
    for method in ("GET", "DELETE"):
        assert home.call(method, path).status == 404
    assert not home.media.items


@pytest.mark.attack("Z-14", guard="core.messages.pictures:Pictures._count", part="photos")
def test_a_watch_takes_so_many_photos_a_day_and_no_more(home: Home) -> None:
    statuses = [home.call("POST", "/photos", raw=("image/jpeg", picture(80, 60))).status for _ in range(101)]
    assert statuses == [201] * 100 + [429]


@pytest.mark.attack("Z-18", guard="lambdas.api.raw_bodies:check_raw_body", part="nothing of another type or size")
@pytest.mark.parametrize(
    ("given", "kind", "status"),
    [
        (b"\0" * (LARGEST_PICTURE_BYTES + 3), "image/jpeg", 413),
        (picture(80, 60), "image/svg+xml", 415),
        (picture(80, 60), "image/gif", 415),
        (picture(80, 60), "audio/mp4", 415),
        (picture(80, 60), "application/json", 415),
    ],
    ids=short,
)
def test_what_is_too_large_or_said_to_be_something_else_is_not_converted(
    home: Home, given: bytes, kind: str, status: int
) -> None:
    assert put(home, given, kind).status == status
    assert home.converter.asked == 0
    assert not home.media.items


def test_what_is_no_picture_is_refused_and_the_one_before_stays(home: Home) -> None:
    put(home)
    before = dict(home.media.items)
    for given in (m4a(), b"<svg onload=alert(1)>", b""):
        answer = put(home, given)
        assert (answer.status, answer.json["code"]) == (400, "invalid_media")
    assert home.media.items == before


@pytest.mark.attack(
    "Z-15", guard="lambdas.api.call:Call._membership", part="rights are asked at each download of a picture"
)
def test_a_right_that_is_removed_ends_the_next_download(home: Home) -> None:
    put(home)
    assert home.call("GET", "/picture").status == 200
    home.memberships._held.clear()
    assert home.call("GET", "/picture").status == 404


def test_a_viewer_looks_and_changes_nothing(home: Home) -> None:
    put(home)
    home.memberships._held.clear()
    home.watch(home.account_id, Role.VIEWER, home.watch_id)
    assert home.call("GET", "/picture").status == 200
    for answer in (put(home), home.call("DELETE", "/picture")):
        assert answer.json["code"] == "not_allowed"
    assert home.converter.asked == 1
