"""The CDK app: `cdk deploy -c stage=prod`; the other settings are those of stacks.stage.Stage.of."""

import sys

from stacks.stage import Stage, StageRefused
from stacks.synth import new_app, synthesize

if __name__ == "__main__":
    app = new_app()
    try:
        synthesize(app, Stage.of(app.node.try_get_context))
    except StageRefused as refusal:
        sys.exit(f"refused: {refusal}")
