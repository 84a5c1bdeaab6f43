"""Families and Invitations."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.kernel.ids import AccountId, InvitationId, WatchId, new_id
from core.retention.policy import Subject
from core.watches.model import (
    INVITATIONS_PER_WATCH,
    MOST_MEMBERS,
    AlreadyMember,
    FamilyFull,
    InvitationRefused,
    Member,
    MemberNotFound,
    NotTheOwner,
    OfferNotFound,
    OwnershipOffer,
    Role,
    TooManyInvitations,
)
from tests.builders import any_invitation, any_member
from tests.clocks import NOON
from tests.frames import OTHER_DEVICE
from tests.worlds import World

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


def joined(world: World, watch_id: WatchId, **known: Any) -> Member:
    """Let somebody join."""
    member = any_member(watch_id, world.clock.now(), **known)
    owner = world.owner_of(watch_id)
    invitation = any_invitation(watch_id, world.clock.now(), role=member.role, invited_by=owner)
    world.invitations.add(invitation)
    world.families.join(invitation, member)
    return member


def roles(world: World, watch_id: WatchId) -> dict[AccountId, Role]:
    """Return everybody's role; both ways of asking tell the same."""
    found = {each.account_id: each.role for each in world.memberships.of_watch(watch_id)}
    for account_id, role in found.items():
        membership = world.memberships.get(account_id, watch_id)
        assert membership is not None
        assert membership.role is role
    return found


def test_whoever_is_invited_joins_once(world: World) -> None:
    watch_id = world.watch()
    invitation = any_invitation(watch_id, NOON, role=Role.VIEWER, invited_by=world.owner_of(watch_id))
    world.invitations.add(invitation)
    assert world.invitations.of_watch(watch_id, NOON) == [invitation]
    assert world.invitations.get(watch_id, invitation.invitation_id, NOON) == invitation
    nanny = any_member(watch_id, NOON + SECOND, role=Role.VIEWER, name="Oppas Eva")
    world.families.join(invitation, nanny)
    assert nanny in world.families.members(watch_id)
    assert roles(world, watch_id)[nanny.account_id] is Role.VIEWER
    assert not world.invitations.of_watch(watch_id, NOON)
    with pytest.raises(InvitationRefused):
        world.families.join(invitation, any_member(watch_id, NOON, role=Role.VIEWER))
    with pytest.raises(AlreadyMember):
        joined(world, watch_id, account_id=nanny.account_id)
    assert len(roles(world, watch_id)) == 2


@pytest.mark.parametrize(
    ("changed", "joins_at", "role"),
    [
        ({"invitation_id": InvitationId(new_id())}, NOON, Role.GUARDIAN),
        ({"secret_hash": "1" * 64}, NOON, Role.GUARDIAN),
        ({}, NOON + WEEK, Role.GUARDIAN),
        ({}, NOON, Role.OWNER),
    ],
    ids=["unknown", "another secret", "over", "another role"],
)
def test_nobody_joins_by_an_invitation_that_does_not_stand(
    world: World, changed: dict[str, Any], joins_at: Any, role: Role
) -> None:
    watch_id = world.watch()
    invitation = any_invitation(watch_id, NOON, invited_by=world.owner_of(watch_id))
    world.invitations.add(invitation)
    with pytest.raises(InvitationRefused):
        world.families.join(replace(invitation, **changed), any_member(watch_id, joins_at, role=role))
    assert len(roles(world, watch_id)) == 1
    assert world.invitations.of_watch(watch_id, NOON) == [invitation]


def test_an_invitation_holds_as_long_as_who_made_it_owns_the_watch(world: World) -> None:
    watch_id = world.watch()
    heir, before = joined(world, watch_id).account_id, world.owner_of(watch_id)
    invitation = any_invitation(watch_id, NOON, invited_by=before)
    world.invitations.add(invitation)
    with pytest.raises(AlreadyMember):
        world.families.join(invitation, any_member(watch_id, NOON, account_id=before))
    world.families.offer(OwnershipOffer(watch_id=watch_id, to=heir, by=before, offered_at=NOON))
    world.families.take_over(watch_id, heir, NOON)
    world.families.remove(watch_id, before, heir)
    for guest in (AccountId(new_id()), before):
        with pytest.raises(InvitationRefused):
            world.families.join(invitation, any_member(watch_id, NOON, account_id=guest))
    assert roles(world, watch_id) == {heir: Role.OWNER}


def test_an_invitation_to_one_watch_opens_no_other(world: World) -> None:
    invited, other = world.watch(), world.watch(OTHER_DEVICE)
    invitation = any_invitation(invited, NOON, invited_by=world.owner_of(other))
    world.invitations.add(invitation)
    with pytest.raises(InvitationRefused):
        world.families.join(replace(invitation, watch_id=other), any_member(other, NOON))
    assert len(roles(world, other)) == 1


def test_a_watch_has_ten_members_beside_its_owner_and_no_more(world: World) -> None:
    watch_id = world.watch()
    members = [joined(world, watch_id) for _ in range(MOST_MEMBERS)]
    with pytest.raises(FamilyFull):
        joined(world, watch_id)
    [invitation] = world.invitations.of_watch(watch_id, NOON)
    world.families.remove(watch_id, members[0].account_id, members[0].account_id)
    world.families.join(invitation, any_member(watch_id, NOON))
    assert len(roles(world, watch_id)) == 1 + MOST_MEMBERS


def test_a_watch_has_as_many_open_invitations_as_it_may_have(world: World) -> None:
    watch_id = world.watch()
    open_ones = [any_invitation(watch_id, NOON + number * SECOND) for number in range(INVITATIONS_PER_WATCH)]
    for each in open_ones:
        world.invitations.add(each)
    with pytest.raises(TooManyInvitations):
        world.invitations.add(any_invitation(watch_id, NOON + SECOND))
    assert world.invitations.of_watch(watch_id, NOON) == open_ones
    assert world.invitations.remove(watch_id, open_ones[0].invitation_id)
    assert not world.invitations.remove(watch_id, open_ones[0].invitation_id)
    world.invitations.add(any_invitation(watch_id, NOON + SECOND))


def test_a_name_is_the_members_own_and_can_be_taken_back(world: World) -> None:
    watch_id = world.watch()
    member, owner = joined(world, watch_id, name="Opa"), world.owner_of(watch_id)
    world.families.rename(watch_id, owner, "Mama")
    assert {each.name for each in world.families.members(watch_id)} == {"Opa", "Mama"}
    world.families.rename(watch_id, member.account_id, None)
    assert {each.name for each in world.families.members(watch_id)} == {None, "Mama"}
    with pytest.raises(MemberNotFound):
        world.families.rename(watch_id, AccountId(new_id()), "Sneak")
    assert len(roles(world, watch_id)) == 2


def test_without_the_watchs_key_a_member_has_no_name(world: World) -> None:
    watch_id = world.watch()
    member = joined(world, watch_id)
    world.sealer.destroy(Subject.BINDING, watch_id)
    assert member in world.families.members(watch_id)


def test_the_owner_gives_roles_and_keeps_its_own(world: World) -> None:
    watch_id = world.watch()
    owner, member = world.owner_of(watch_id), joined(world, watch_id)
    world.families.change_role(watch_id, member.account_id, Role.VIEWER, owner)
    assert roles(world, watch_id) == {owner: Role.OWNER, member.account_id: Role.VIEWER}
    with pytest.raises(NotTheOwner):
        world.families.change_role(watch_id, joined(world, watch_id).account_id, Role.VIEWER, member.account_id)
    with pytest.raises(MemberNotFound):
        world.families.change_role(watch_id, AccountId(new_id()), Role.VIEWER, owner)
    assert roles(world, watch_id)[owner] is Role.OWNER


def test_a_member_is_removed_by_the_owner_or_leaves(world: World) -> None:
    watch_id = world.watch()
    owner, member, other = world.owner_of(watch_id), joined(world, watch_id), joined(world, watch_id)
    with pytest.raises(NotTheOwner):
        world.families.remove(watch_id, member.account_id, other.account_id)
    world.families.remove(watch_id, member.account_id, owner)
    world.families.remove(watch_id, other.account_id, other.account_id)
    assert roles(world, watch_id) == {owner: Role.OWNER}
    assert not world.memberships.of_account(member.account_id)
    for nobody in (member.account_id, owner):
        with pytest.raises(MemberNotFound):
            world.families.remove(watch_id, nobody, nobody)
    assert roles(world, watch_id) == {owner: Role.OWNER}


def test_the_ownership_moves_with_the_consent_of_both(world: World) -> None:
    watch_id = world.watch()
    owner, member, other = world.owner_of(watch_id), joined(world, watch_id), joined(world, watch_id)
    offer = OwnershipOffer(watch_id=watch_id, to=member.account_id, by=owner, offered_at=NOON)
    with pytest.raises(OfferNotFound):
        world.families.take_over(watch_id, member.account_id, NOON)
    world.families.offer(offer)
    assert world.families.offer_of(watch_id, NOON) == offer
    assert world.invitations.of_watch(watch_id, NOON) == []
    with pytest.raises(OfferNotFound):
        world.families.take_over(watch_id, other.account_id, NOON)
    with pytest.raises(OfferNotFound):
        world.families.take_over(watch_id, member.account_id, NOON + WEEK)
    assert roles(world, watch_id)[owner] is Role.OWNER
    assert world.families.take_over(watch_id, member.account_id, NOON) == offer
    found = roles(world, watch_id)
    assert (found[owner], found[member.account_id]) == (Role.GUARDIAN, Role.OWNER)
    with pytest.raises(OfferNotFound):
        world.families.take_over(watch_id, member.account_id, NOON)


def test_an_offer_is_made_by_the_owner_to_a_member_and_can_be_withdrawn(world: World) -> None:
    watch_id = world.watch()
    owner, member = world.owner_of(watch_id), joined(world, watch_id)
    offer = OwnershipOffer(watch_id=watch_id, to=member.account_id, by=owner, offered_at=NOON)
    with pytest.raises(NotTheOwner):
        world.families.offer(replace(offer, by=member.account_id, to=owner))
    for nobody in (AccountId(new_id()), owner):
        with pytest.raises(MemberNotFound):
            world.families.offer(replace(offer, to=nobody))
    assert not world.families.withdraw_offer(watch_id)
    world.families.offer(offer)
    assert world.families.withdraw_offer(watch_id)
    with pytest.raises(OfferNotFound):
        world.families.take_over(watch_id, member.account_id, NOON)


def test_an_offer_goes_with_the_member_that_it_is_made_to(world: World) -> None:
    watch_id = world.watch()
    owner, member, other = world.owner_of(watch_id), joined(world, watch_id), joined(world, watch_id)
    world.families.offer(OwnershipOffer(watch_id=watch_id, to=member.account_id, by=owner, offered_at=NOON))
    world.families.remove(watch_id, other.account_id, owner)
    assert world.families.offer_of(watch_id, NOON)
    world.families.remove(watch_id, member.account_id, owner)
    assert world.families.offer_of(watch_id, NOON) is None
    joined(world, watch_id, account_id=member.account_id)
    with pytest.raises(OfferNotFound):
        world.families.take_over(watch_id, member.account_id, NOON)
