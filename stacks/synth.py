"""Synthesizes a stage: `python -m stacks.synth --stage prod`. The CDK app (app.py) shares `synthesize`."""

import argparse
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from stacks.bridge import BridgeStack
from stacks.data import DataStack
from stacks.encryption import encryption_violations
from stacks.hard_coded import secret_violations
from stacks.platform import PlatformStack
from stacks.profiles import bucket_violations, recovery_violations, route_violations
from stacks.residency import residency_violations
from stacks.stage import SETTINGS, Stage, StageRefused

_FLAGS = {
    "@aws-cdk/core:defaultCrossStackReferences": "strong",  # what another stack uses cannot be removed
    "@aws-cdk/core:target-partitions": ["aws", "aws-eusc"],
}


def new_app(outdir: str | None = None) -> cdk.App:
    """Return an empty app that writes to `outdir`, else where the CDK's command line says."""
    # Analytics metadata would name every region there is.
    return cdk.App(outdir=outdir, context=_FLAGS, analytics_reporting=False)


def synthesize(app: cdk.App, stage: Stage) -> Path:
    """Write the stage's templates and assets and return where.

    Raise StageRefused, and leave nothing, when a template is not as `violations_of` wants it.
    """
    data = DataStack(app, stage)
    PlatformStack(app, stage, data)
    if stage.is_on_aws:
        BridgeStack(app, stage, data)
    assembly = app.synth()
    violations = [
        f"{stack.stack_name}: {violation}"
        for stack in assembly.stacks
        for violation in violations_of(stack.template, stage)
    ]
    if violations:
        shutil.rmtree(assembly.directory)
        raise StageRefused("\n".join(violations))
    return Path(assembly.directory)


def violations_of(template: Mapping[str, Any], stage: Stage) -> list[str]:
    """Return a sentence for each thing that leaves the region, has no key of ours, tells a secret or does not fit."""
    return [
        *residency_violations(template, stage.region),
        *encryption_violations(template),
        *bucket_violations(template, is_on_aws=stage.is_on_aws),
        *recovery_violations(template),
        *route_violations(template),
        *secret_violations(template, stage.names_of_secrets),
    ]


def main() -> None:
    """Read the stage from the command line and synthesize it."""
    parser = argparse.ArgumentParser(prog="python -m stacks.synth", description=__doc__)
    for name in SETTINGS:
        parser.add_argument(f"--{name}")
    parser.add_argument("--output", default="cdk.out")
    chosen = vars(parser.parse_args())
    try:
        stage = Stage.of(lambda name: chosen[name.replace("-", "_")])
        print(synthesize(new_app(chosen["output"]), stage))
    except StageRefused as refusal:
        sys.exit(f"refused: {refusal}")


if __name__ == "__main__":
    main()
