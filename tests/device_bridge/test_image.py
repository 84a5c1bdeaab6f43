"""The image holds what the bridge imports."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

ROOT = Path(__file__).parents[2]
START = """
import sys

class NotInTheImage:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NotInTheImage())
import uvloop, device_bridge.bootstrap
print(*{{name.partition(".")[0] for name in sys.modules}})
"""


def with_requirements(distribution: str) -> set[str]:
    needed = [re.split(r"[^\w.-]", each)[0] for each in requires(distribution) or () if "extra ==" not in each]
    return {distribution.lower()}.union(*map(with_requirements, needed))


def test_the_bridge_starts_with_what_is_copied_and_installed_there() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    roots = [each for name in ("aws", "device-bridge") for each in groups[name] if isinstance(each, str)]
    installed = set().union(*(with_requirements(root.partition("==")[0]) for root in roots))
    absent = {
        package
        for package, distributions in packages_distributions().items()
        if not installed & {each.lower() for each in distributions}
    }
    command = [sys.executable, "-c", START.format(absent=absent)]
    started = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    ours = {name for name in started.stdout.split() if (ROOT / name / "__init__.py").exists()}
    dockerfile = (ROOT / "device_bridge" / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE)) == ours
