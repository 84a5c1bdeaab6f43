"""A registration goes to the operator and nowhere else, and is forgotten as far as nobody needs it."""

from dataclasses import asdict, replace

import pytest

from core.kernel.errors import ChangedMeanwhile
from core.kernel.ids import AccountId, WatchId, new_id
from core.sims.model import (
    NoSim,
    ProviderUnavailable,
    Registration,
    RegistrationNotFound,
    RegistrationState,
    masked,
)
from tests.builders import any_registrant
from tests.clocks import NOON
from tests.core.sims.household import Household
from tests.fakes.sims import InMemorySimRegistrations


@pytest.fixture
def home() -> Household:
    return Household()


def submit(home: Household) -> Registration:
    return home.service.registrations.submit(home.owner, home.watch_id, any_registrant(), NOON)


def look(home: Household) -> Registration:
    return home.service.registrations.get(home.owner, home.watch_id, NOON)


@pytest.mark.promise("P-10", guard="core.sims.model:masked", part="masked once confirmed")
def test_what_is_confirmed_is_kept_masked_only(home: Household) -> None:
    registration = submit(home)
    assert registration.state is RegistrationState.CONFIRMED
    [stored] = home.registrations.items.values()
    assert stored == registration
    shown = asdict(stored.registrant)
    for name, value in asdict(any_registrant()).items():
        assert (shown[name] == value) == (name == "country"), name
        assert len(shown[name].replace("•", "")) <= 3, "initials at most"
    operators = home.books.registrants["8931088000000000017"]
    assert operators == asdict(any_registrant()), "the operator has all of it"


def test_what_the_operator_has_yet_to_decide_on_is_shown_as_it_was_sent(home: Household) -> None:
    home.books.is_slow = True
    assert submit(home).registrant == any_registrant()
    assert look(home).state is RegistrationState.SUBMITTED
    home.books.settle()
    assert look(home).registrant == masked(any_registrant())


def test_what_the_operator_rejects_is_shown_to_be_mended(home: Household) -> None:
    home.books.is_slow = True
    registration = submit(home)
    for state in ("rejected", "confirmed"):
        home.tell(kind="registration", registration=registration.registration_id, state=state)
    assert (look(home).state, look(home).registrant) == (RegistrationState.REJECTED, any_registrant())


def test_an_operator_who_does_not_answer_is_asked_again_at_the_next_look(home: Household) -> None:
    home.operator.is_down = True
    assert submit(home).state is RegistrationState.SUBMITTED
    assert look(home).state is RegistrationState.SUBMITTED
    home.operator.is_down = False
    assert look(home).state is RegistrationState.CONFIRMED


def test_a_callback_about_an_earlier_registration_changes_nothing(home: Household) -> None:
    home.books.is_slow = True
    first, second = submit(home), submit(home)
    home.tell(kind="registration", registration=first.registration_id, state="rejected")
    assert look(home) == second


def test_a_registration_that_is_withdrawn_is_forgotten_by_both(home: Household) -> None:
    submit(home)
    home.service.registrations.withdraw(home.owner, home.watch_id)
    assert not home.books.registrants
    with pytest.raises(RegistrationNotFound):
        look(home)
    with pytest.raises(RegistrationNotFound):
        home.service.registrations.withdraw(home.owner, home.watch_id)


def test_nothing_is_forgotten_here_before_the_operator_has_forgotten_it(home: Household) -> None:
    submit(home)
    home.operator.is_down = True
    with pytest.raises(ProviderUnavailable):
        home.service.registrations.withdraw(home.owner, home.watch_id)
    assert look(home).state is RegistrationState.CONFIRMED


@pytest.mark.parametrize("is_down", [False, True])
def test_a_registration_ends_with_its_owners_part_in_the_watch(home: Household, is_down: bool) -> None:
    submit(home)
    home.operator.is_down = is_down
    home.service.owner_left(home.watch_id, home.owner)
    home.service.owner_left(home.watch_id, AccountId(new_id()))
    assert not home.registrations.items


def test_a_watch_without_a_card_has_nothing_to_register(home: Household) -> None:
    with pytest.raises(NoSim):
        home.service.registrations.submit(home.owner, WatchId(new_id()), any_registrant(), NOON)


def test_of_two_who_register_at_once_one_is_told_to_look_again() -> None:
    class SeenBefore(InMemorySimRegistrations):
        """Shows to each what there was before anybody wrote."""

        def get(self, *_: object) -> None:
            return None

    home = Household()
    desk = replace(home.service.registrations, registrations=SeenBefore())
    desk.submit(home.owner, home.watch_id, any_registrant(), NOON)
    with pytest.raises(ChangedMeanwhile):
        desk.submit(home.owner, home.watch_id, any_registrant(), NOON)
