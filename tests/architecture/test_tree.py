"""The tree: every package has its place in the import contracts."""

import configparser

import pytest

from tests.proofs import ROOT

BESIDE_THE_RINGS = {"docs", "tests"}
"""Packages that nothing of the product imports."""


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")}


@pytest.fixture(scope="module")
def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


def test_every_top_level_package_has_a_declared_place(contracts: configparser.ConfigParser) -> None:
    declared = set(contracts["importlinter"]["root_packages"].split())
    assert packages() - BESIDE_THE_RINGS == declared


def test_every_declared_package_stands_in_a_ring(contracts: configparser.ConfigParser) -> None:
    rings = contracts["importlinter:contract:rings"]["layers"].replace("|", " ").split()
    assert sorted(rings) == sorted(packages() - BESIDE_THE_RINGS)


def test_no_folder_holds_code_without_being_a_package() -> None:
    folders = {path.parent for package in packages() for path in (ROOT / package).glob("**/*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
