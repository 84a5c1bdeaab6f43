"""What ends is read until the instant at which it ends and no longer, by every read of every port."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.accounts.notices import Letter, LetterKind
from core.alerts.model import Acknowledgement, Due, DueKind, WatchState
from core.commands.model import Presence, SettingName, Undo
from core.kernel.ids import AccountId, LinkId, MediaId, WatchId
from core.kernel.page import Page
from core.retention.policy import POLICY
from core.watches.model import OwnershipOffer
from tests.builders import (
    any_alert,
    any_alert_id,
    any_automation,
    any_change,
    any_command,
    any_delivery,
    any_invitation,
    any_learned_place,
    any_live_view,
    any_mail_link,
    any_member,
    any_message,
    any_notice,
    any_phone,
    any_position,
    any_reading,
    any_setting,
    any_signed_in_device,
    any_voice_part,
)
from tests.clocks import NOON
from tests.worlds import FAR_AHEAD, LONG_AGO, World

SECOND = timedelta(seconds=1)
DAY = datetime(2026, 11, 22, tzinfo=UTC)
LAST_OF_DAY = DAY + timedelta(days=1) - timedelta(milliseconds=1)
LINK = LinkId("a" * 26)
NAME = "a" * 32  # of an access point, or of a frame's content


@dataclass
class Case:
    """A world, a watch, an account, and the instant of what is kept."""

    world: World
    watch_id: WatchId
    account_id: AccountId
    at: datetime


@dataclass(frozen=True)
class Kept:
    """How something of a class is stored, and what each read of its port finds of it at an instant."""

    put: Callable[[Case], object]
    read: Callable[[Case, datetime], Sequence[object]]


def _invite_and_offer(case: Case) -> None:
    owner = case.world.owner_of(case.watch_id)
    invitation = any_invitation(case.watch_id, case.at, invited_by=owner)
    case.world.invitations.add(invitation)
    member = any_member(case.watch_id, case.at)
    case.world.families.join(invitation, member)
    case.world.families.offer(
        OwnershipOffer(watch_id=case.watch_id, to=member.account_id, by=owner, offered_at=case.at)
    )
    case.world.invitations.add(any_invitation(case.watch_id, case.at))


KEPT = {
    "position": Kept(
        lambda case: case.world.positions.add(any_position(case.watch_id, case.at)),
        lambda case, now: [
            _all(case.world.positions.between, case, now),
            case.world.positions.latest(case.watch_id, now),
            case.world.positions.latest_before(case.watch_id, case.at + SECOND, now),
        ],
    ),
    "telemetry": Kept(
        lambda case: case.world.telemetry.add(any_reading(case.watch_id, case.at)),
        lambda case, now: [
            _all(case.world.telemetry.between, case, now),
            case.world.telemetry.latest(case.watch_id, now),
        ],
    ),
    "seen_frame": Kept(
        lambda case: case.world.seen_frames.note((case.watch_id, NAME), case.at),
        lambda case, _: [case.world.seen_frames.first_received([(case.watch_id, NAME)])],
    ),
    "learned_place": Kept(
        lambda case: case.world.learned_places.put(case.watch_id, any_learned_place(NAME, case.at)),
        lambda case, now: [
            case.world.learned_places.named([(case.watch_id, NAME)], now),
            case.world.learned_places.of_watch(case.watch_id, now),
        ],
    ),
    "watch_state": Kept(
        lambda case: case.world.watch_states.put(case.watch_id, WatchState(newest_at=case.at), 0),
        lambda case, now: [case.world.watch_states.get(case.watch_id, now)[0]],
    ),
    "alert": Kept(
        lambda case: case.world.alerts.add(any_alert(case.watch_id, case.at)),
        lambda case, now: [
            _all(case.world.alerts.between, case, now),
            case.world.alerts.get(case.watch_id, any_alert_id(case.at), now),
        ],
    ),
    "notice": Kept(
        lambda case: case.world.notices.add(any_notice(case.account_id, case.at)),
        lambda case, now: [_all(case.world.notices.between, case, now, case.account_id)],
    ),
    "change": Kept(
        lambda case: case.world.changes.add(any_change(case.watch_id, case.at)),
        lambda case, now: [_all(case.world.changes.between, case, now)],
    ),
    "acknowledgement": Kept(
        lambda case: case.world.acknowledgements.add(
            case.watch_id, any_alert_id(case.at), Acknowledgement(case.account_id, case.at)
        ),
        lambda case, now: [case.world.acknowledgements.of(case.watch_id, [any_alert_id(case.at)], now)],
    ),
    "delivery": Kept(
        lambda case: case.world.deliveries.put(
            any_delivery(case.watch_id, any_alert_id(case.at), case.account_id, case.at)
        ),
        lambda case, now: [case.world.deliveries.of_alert(case.watch_id, any_alert_id(case.at), now)],
    ),
    "due": Kept(
        lambda case: case.world.due_times.add(Due(kind=DueKind.SILENCE, at=case.at, watch_id=case.watch_id)),
        lambda case, now: [list(case.world.due_times.over(now))],
    ),
    "live_view": Kept(
        lambda case: case.world.live_views.put(any_live_view(FAR_AHEAD, case.watch_id, connection_id="any="), case.at),
        lambda case, now: [
            case.world.live_views.get("any=", now),
            case.world.live_views.of_watch(case.watch_id, now),
        ],
    ),
    "invitation": Kept(
        _invite_and_offer,
        lambda case, now: [
            case.world.invitations.of_watch(case.watch_id, now),
            case.world.families.offer_of(case.watch_id, now),
        ],
    ),
    "claim_code": Kept(
        lambda case: case.world.claim_codes.put(NAME, "12345678", case.at),
        lambda case, now: [case.world.claim_codes.get(NAME, now)],
    ),
    "phone": Kept(
        lambda case: case.world.phones.put(any_phone(case.account_id, case.at)),
        lambda case, now: [case.world.phones.of_account(case.account_id, now)],
    ),
    "message": Kept(
        lambda case: case.world.messages.add(any_message(case.watch_id, case.at)),
        lambda case, now: [
            _all(case.world.messages.between, case, now),
            case.world.messages.get(case.watch_id, any_message(case.watch_id, case.at).message_id, now),
        ],
    ),
    "voice": Kept(
        lambda case: case.world.media.put("voice", case.watch_id, MediaId("a" * 26), b"any", case.at),
        lambda case, now: [case.world.media.get("voice", case.watch_id, MediaId("a" * 26), case.at, now)],
    ),
    "voice_part": Kept(
        lambda case: case.world.voice_parts.put(case.watch_id, any_voice_part(case.at), case.at),
        lambda case, now: [case.world.voice_parts.of_upload(case.watch_id, "a" * 32, now)],
    ),
    "command": Kept(
        lambda case: case.world.commands.add(any_command(case.watch_id, case.at)),
        lambda case, now: [
            _all(case.world.commands.between, case, now),
            case.world.commands.get(case.watch_id, any_command(case.watch_id, case.at).command_id, now),
        ],
    ),
    "outbox_entry": Kept(
        lambda case: case.world.commands.add(any_command(case.watch_id, case.at)),
        lambda case, now: [case.world.commands.waiting(case.watch_id, now)],
    ),
    "setting_undo": Kept(
        lambda case: case.world.watch_settings.replace(
            any_setting(case.watch_id, case.at, name=SettingName.SOS_NUMBERS),
            Undo(watch_id=case.watch_id, name=SettingName.SOS_NUMBERS, desired={"numbers": []}, since=case.at),
        ),
        lambda case, now: [case.world.watch_settings.undo_of(case.watch_id, SettingName.SOS_NUMBERS, now)],
    ),
    "presence": Kept(
        lambda case: case.world.presences.put(
            Presence(addressee=case.watch_id, connection="any", queue=0, since=case.at, heard_at=case.at)
        ),
        lambda case, now: [case.world.presences.get(case.watch_id, now)],
    ),
    "signed_in_device": Kept(
        lambda case: case.world.signed_in.put(any_signed_in_device(case.account_id, case.at)),
        lambda case, now: [case.world.signed_in.of_account(case.account_id, now=now, limit=9, after=None).items],
    ),
    "known_device": Kept(
        lambda case: case.world.known_devices.add("any@example.nl", "a" * 43, case.at),
        lambda case, now: [case.world.known_devices.knows("any@example.nl", "a" * 43, now) or None],
    ),
    "automation": Kept(
        lambda case: case.world.automations.add(any_automation(case.account_id, case.at)),
        lambda case, now: [case.world.automations.of_account(case.account_id, now=now, limit=9, after=None).items],
    ),
    "pending_registration": Kept(
        lambda case: case.world.mail_links.put(any_mail_link(LetterKind.CONFIRM_REGISTRATION, case.at, link_id=LINK)),
        lambda case, now: [case.world.mail_links.get(Letter(LetterKind.CONFIRM_REGISTRATION, LINK), now)],
    ),
    "mail_link": Kept(
        lambda case: case.world.mail_links.put(any_mail_link(LetterKind.RESET_PASSWORD, case.at, link_id=LINK)),
        lambda case, now: [case.world.mail_links.get(Letter(LetterKind.RESET_PASSWORD, LINK), now)],
    ),
}
NOT_HERE = {
    "quarantine",  # nothing reads it yet
    "sweep_mark",  # nothing reads it yet
    "token_family",  # test_accounts.py
    "sign_in_attempts",  # test_accounts.py
}

THREE_MONTHS = pytest.mark.promise("P-27", guard="core.retention.policy:is_over", part="places, alerts and states")

MARKS: dict[str, pytest.MarkDecorator | tuple[pytest.MarkDecorator, ...]] = {
    **dict.fromkeys(("learned_place", "watch_state", "alert"), THREE_MONTHS),
    "telemetry": (
        pytest.mark.promise("P-20", guard="core.retention.policy:is_over", part="same retention"),
        pytest.mark.promise("P-21", guard="core.retention.policy:is_over", part="every read ends"),
    ),
}


def _all(between: Callable[..., Page[Any]], case: Case, now: datetime, owner: str | None = None) -> Sequence[Any]:
    return between(owner or case.watch_id, LONG_AGO, FAR_AHEAD, now=now, limit=10, after=None).items


def test_every_class_that_ends_is_among_those_tested() -> None:
    assert {each.name for each in POLICY.values() if each.period} == KEPT.keys() | NOT_HERE


@pytest.mark.promise("P-17", guard="core.retention.policy:is_over", part="every read")
@pytest.mark.parametrize("at", [DAY, NOON, LAST_OF_DAY], ids=["first instant", "within", "last instant"])
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=MARKS.get(name, ())) for name in KEPT],
)
def test_it_is_read_until_its_epoch_ends_and_not_an_instant_longer(world: World, name: str, at: datetime) -> None:
    world.clock.set(at)
    case = Case(world, world.watch(), world.account(), at)
    kept, ends_at = KEPT[name], POLICY[name].expires_at(at)
    assert ends_at is not None
    kept.put(case)
    world.clock.set(ends_at - SECOND)
    assert all(kept.read(case, ends_at - SECOND))
    world.clock.set(ends_at)
    assert not any(kept.read(case, ends_at))
