"""What runs and keeps nothing: the functions and the API."""

import aws_cdk as cdk
from constructs import Construct

from stacks.bundled_function import BundledFunction
from stacks.data import DataStack
from stacks.frame_source import FrameSource
from stacks.front_door import FrontDoor
from stacks.functions import API, INGEST
from stacks.stage import Stage


class PlatformStack(cdk.Stack):
    """Frames in by the stream, guardians in by the front door."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack) -> None:
        super().__init__(scope, f"wachter-{stage.name}-platform", env=cdk.Environment(region=stage.region))
        ingest = BundledFunction(self, INGEST, stage, data)
        FrameSource(self, ingest, data)

        front_door = FrontDoor(self, stage)
        api = BundledFunction(
            self,
            API,
            stage,
            data,
            {"WACHTER_SIGNING_KEY": data.keys.signing.key_arn, "WACHTER_ISSUER": front_door.url},
        )
        front_door.serve(api.function)

        for name, value in {
            "ApiId": front_door.api_id,
            "Issuer": front_door.url,
            "WrappingKey": data.keys.wrapping.key_arn,
            "SigningKey": data.keys.signing.key_arn,
            "FrameStream": data.frames.stream_name,
            "AlertQueueUrl": data.alert_queue.queue_url,
        }.items():
            cdk.CfnOutput(self, name, value=value)
