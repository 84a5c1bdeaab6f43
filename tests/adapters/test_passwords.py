"""Passwords as they are stored."""

import hmac

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.passwords import Argon2PasswordHasher, Cost

CHEAP = Cost(memory_kib=8, iterations=1)


def hasher(pepper: bytes = b"pepper", cost: Cost | None = CHEAP) -> Argon2PasswordHasher:
    return Argon2PasswordHasher(lambda message: hmac.digest(pepper, message, "sha256"), cost)


@settings(max_examples=50)
@given(st.text(max_size=300).filter(lambda text: text.isprintable() or "\0" in text), st.text(max_size=5))
def test_what_was_registered_matches_and_nothing_else_does(password: str, more: str) -> None:
    password_hash = hasher().hash(password)
    assert hasher().matches(password_hash, password)
    assert not hasher().matches(password_hash, f"{password}{more}x")


@pytest.mark.parametrize("length", [72, 128, 1_024, 4_096])
def test_no_password_is_cut(length: int) -> None:
    password = "é" * length
    password_hash = hasher().hash(password)
    assert hasher().matches(password_hash, password)
    assert not hasher().matches(password_hash, password[:-1])
    assert not hasher().matches(password_hash, password[:-1] + "e")


def test_a_nul_ends_nothing() -> None:
    assert not hasher().matches(hasher().hash("secret\0one"), "secret\0two")


def test_letters_that_look_the_same_are_not_the_same() -> None:
    assert not hasher().matches(hasher().hash("caf\u00e9"), "cafe\u0301")


@pytest.mark.promise("P-09", guard="adapters.passwords:Argon2PasswordHasher.hash", part="password")
def test_a_hash_is_argon2id_at_owasps_cost_with_a_salt_of_its_own() -> None:
    real = hasher(cost=None)
    first, second = real.hash("secret"), real.hash("secret")
    assert first != second
    parameters = extract_parameters(first)
    assert (parameters.type, parameters.version) == (Type.ID, 19)
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)
    assert parameters.salt_len == 16
    assert real.matches(first, "secret")
    assert real.matches(second, "secret")


@pytest.mark.promise("P-09", guard="adapters.passwords:Argon2PasswordHasher._peppered", part="pepper")
def test_a_stolen_hash_is_worth_nothing_without_the_pepper() -> None:
    stolen = hasher().hash("secret")
    assert hasher().matches(stolen, "secret")
    assert not hasher(b"a guess").matches(stolen, "secret")


@pytest.mark.parametrize("cost", [CHEAP, None, Cost(memory_kib=64, iterations=3)])
def test_a_decoy_looks_like_a_real_hash_and_differs_each_time(cost: Cost | None) -> None:
    tested = hasher(cost=cost)
    assert extract_parameters(tested.decoy()) == extract_parameters(tested.hash("secret"))
    assert tested.decoy() != tested.decoy()


@pytest.mark.parametrize("password", ["", "secret", "\0"])
def test_no_password_matches_a_decoy(password: str) -> None:
    assert not hasher().matches(hasher().decoy(), password)
