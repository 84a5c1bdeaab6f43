"""The stacks of two stages, each synthesized once for all tests and workers: that takes ten seconds."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stacks.bundle import ROOT

PRODUCTION = {
    "stage": "prod",
    "trust-unproven": "yes",
    "api-domain": "api.wachter.example",
    "live-domain": "live.wachter.example",
    "app-url": "https://app.wachter.example",
    "mail-from": "alerts@mail.wachter.example",
    "sim-provider-url": "https://sims.example/v1",
    "sim-provider-secret": "wachter/prod/sim-provider",
    "push-apns-secret": "wachter/prod/apns",
    "push-fcm-secret": "wachter/prod/fcm",
    "bridge-tls-secret": "wachter/prod/bridge-tls",
    "signing-keys": "2,1",
    "snap-start": "yes",
}
BARE = {"stage": "test", "watch-networks": "10.64.0.0/16"}


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    logical_id: str
    kind: str
    whole: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self.whole.get("Properties", {})
        return properties


@dataclass(frozen=True)
class Templates:
    """All templates of a stage."""

    directory: Path

    def all(self) -> Iterator[Resource]:
        for path in sorted(self.directory.glob("*.template.json")):
            for logical_id, whole in json.loads(path.read_text())["Resources"].items():
                yield Resource(path.name.removesuffix(".template.json"), logical_id, whole["Type"], whole)

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of a kind; there must be some."""
        found = [resource for resource in self.all() if resource.kind == kind]
        assert found, f"no {kind} in {self.directory}"
        return found


@pytest.fixture(scope="session")
def production(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Templates:
    """A stage with all that there is."""
    return _synthesized(PRODUCTION, tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Templates:
    """A stage with as little as can be, whose watches come by their operator's network."""
    return _synthesized(BARE, tmp_path_factory, worker_id)


def _synthesized(stage: Mapping[str, str], folders: pytest.TempPathFactory, worker_id: str) -> Templates:
    own = folders.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    output = shared / f"{stage['stage']}.cdk.out"
    with (shared / f"{stage['stage']}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists():
            settings = [text for name, value in stage.items() for text in (f"--{name}", value)]
            command = [sys.executable, "-m", "stacks.synth", *settings, "--output", str(output)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours
            assert done.returncode == 0, done.stderr
    return Templates(output)
