"""The proofs' own machinery: a removed guard is really removed, and nothing marked goes unchecked."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.retention.policy import is_over
from tests.guards import NEUTRAL
from tests.proofs import ROOT, Proof, neutralise, state_of, titles

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_neutralised_guard_is_gone_for_those_who_imported_it_by_name() -> None:
    code, defaults, named_defaults = is_over.__code__, is_over.__defaults__, is_over.__kwdefaults__
    assert is_over(NOW, NOW)
    try:
        neutralise("core.retention.policy:is_over")
        assert not is_over(NOW, NOW)
    finally:
        is_over.__code__, is_over.__defaults__, is_over.__kwdefaults__ = code, defaults, named_defaults


def test_every_neutral_form_names_a_function_that_exists() -> None:
    probe = "import sys; from tests.proofs import neutralise; [neutralise(guard) for guard in sys.argv[1:]]"
    subprocess.run([sys.executable, "-c", probe, *NEUTRAL], cwd=ROOT, check=True)  # noqa: S603 - our own command


@pytest.mark.parametrize(
    ("marker", "complaint"),
    [
        ('promise("P-99", guard="core.retention.policy:is_over")', "promises.tsv has no P-99"),
        ('attack("W-06", guard="core.retention.policy:nowhere")', "no neutral form of core.retention.policy:nowhere"),
        ('promise("P-17")', "write @pytest.mark.promise"),
    ],
)
def test_a_marker_with_an_unknown_id_or_guard_stops_the_run(tmp_path: Path, marker: str, complaint: str) -> None:
    test = tmp_path / "test_marked.py"
    test.write_text(f"import pytest\n@pytest.mark.{marker}\ndef test_it(): pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), str(test)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert run.returncode != 0
    assert complaint in run.stderr


def test_the_lists_hold_all_72_promises_and_the_attacks() -> None:
    assert list(titles("promise")) == [f"P-{number:02}" for number in range(1, 73)]
    assert {"W-01", "A-03", "Z-01", "C-01", "S-01", "I-01", "R-01"} <= titles("attack").keys()


def _proof(part: str) -> Proof:
    return Proof("promise", "P-01", "any:guard", part, f"test of {part}")


@pytest.mark.parametrize(
    ("parts", "whole", "expected"),
    [
        ([], None, "open"),
        (["", "one"], None, "proven"),
        (["two", "one"], None, "proven (one, two)"),
        (["two", "one"], frozenset({"one", "two"}), "proven"),
        (["two"], frozenset({"one", "two"}), "proven (two)"),
    ],
)
def test_what_is_shown_in_parts_is_whole_only_with_all_of_them(
    parts: list[str], whole: frozenset[str] | None, expected: str
) -> None:
    proofs = [_proof(part) for part in parts]
    assert state_of(proofs, {proof.test for proof in proofs}, whole) == expected
    if proofs:
        assert state_of(proofs, {proof.test for proof in proofs[1:]}, whole) == "FAILED"
