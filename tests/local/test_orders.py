"""The check of orders notices a watch that did not do what it said, and knows every manner."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from local.orders import ALL, TEMPER, expected_ends, undone
from local.simulation.temper import Manner
from local.simulation.watch import Memory
from wire.commands import device, phone

DONE = Memory(
    rings=1,
    restarts=1,
    settings={"UPLOAD": device.SetUploadInterval(600), "SOS": phone.SetSosNumbers(("+31555550101",))},
)


def test_every_manner_is_met_with_a_command_or_a_setting() -> None:
    assert {TEMPER.manner_with(wish.word) for wish in ALL} == set(Manner)
    assert set(expected_ends()) == {wish.name for wish in ALL}


def test_a_watch_that_did_all_of_it_left_nothing_undone() -> None:
    assert undone(DONE) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda memory: replace(memory, rings=2),
        lambda memory: replace(memory, restarts=0),
        lambda memory: replace(memory, settings={}),
        lambda memory: replace(memory, hearts=3),
        lambda memory: replace(memory, calls=["+31555550100"]),
    ],
)
def test_a_watch_that_did_something_else_is_noticed(change: Callable[[Memory], Memory]) -> None:
    assert undone(change(DONE))
