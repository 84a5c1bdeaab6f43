"""What runs and keeps nothing: the functions, the API and the live view."""

import aws_cdk as cdk
from constructs import Construct

from stacks.bundled_function import BundledFunction
from stacks.channels import Channels
from stacks.data import DataStack
from stacks.frame_source import FrameSource
from stacks.front_door import FrontDoor
from stacks.functions import ALERTS, API, CONVERTER, INGEST, LIVE, LIVE_FEED, NOTICES, NUDGES, SIMS, SWEEP, FunctionSpec
from stacks.live_door import LiveDoor
from stacks.signing_keys import SigningKeys
from stacks.sources import EachMinute, QueueSource
from stacks.stage import Stage

_ALERTS_AT_ONCE = 50  # some 150 alarms a second; a flood of them leaves the API its share of the account's thousand
_POINTS_A_CALL = 10
_FEEDS_AT_ONCE = 20  # 200 points on their way to screens, three times what 60,000 watches tell in a second
_NOTICES_AT_ONCE = 10  # some ten letters a second


class PlatformStack(cdk.Stack):
    """Frames in by the stream, guardians in by the front door and the live door, alarms out by the channels."""

    def __init__(self, scope: Construct, stage: Stage, data: DataStack) -> None:
        super().__init__(scope, stage.name_of("platform"), env=cdk.Environment(region=stage.region))
        front_door, live_door = FrontDoor(self, stage), LiveDoor(self, stage)
        channels = Channels(self, stage, data, live_door)
        signing_keys = SigningKeys(self, stage)

        def function(spec: FunctionSpec) -> BundledFunction:
            more = {**channels.environment(spec.access)}
            if spec.access.signing_keys:
                more |= {"WACHTER_SIGNING_KEYS": signing_keys.arns, "WACHTER_ISSUER": front_door.url}
            made = BundledFunction(self, spec, stage, data, more)
            channels.grant(made.role, spec.access)
            signing_keys.grant(made.role, spec.access)
            return made

        ingest, api, alerts, sweep, live, live_feed, notices, _converter, _sims = map(
            function, (INGEST, API, ALERTS, SWEEP, LIVE, LIVE_FEED, NOTICES, CONVERTER, SIMS)
        )

        FrameSource(self, ingest, data)
        front_door.serve(api.entry)
        live_door.serve(live.function)
        QueueSource(
            self,
            "AlertSource",
            data.queues["alerts"],
            alerts,
            batch_size=1,  # an SOS waits for no other alarm's mails, and one alarm's failure brings back no other
            calls_at_once=_ALERTS_AT_ONCE,
            reports_failures=True,
        )
        QueueSource(
            self,
            "LiveSource",
            data.queues["live"],
            live_feed,
            batch_size=_POINTS_A_CALL,
            calls_at_once=_FEEDS_AT_ONCE,
            reports_failures=False,  # what comes again is older than the queue keeps
        )
        QueueSource(
            self,
            "NoticeSource",
            data.queues["notices"],
            notices,
            batch_size=1,  # one failure brings back no other's letter
            calls_at_once=_NOTICES_AT_ONCE,
            reports_failures=True,
        )
        EachMinute(self, sweep)

        for name, value in {
            "ApiId": front_door.api_id,
            "Issuer": front_door.url,
            "LiveCallback": live_door.callback,
            "WrappingKey": data.keys.wrapping.key_arn,
            "SigningKeys": signing_keys.arns,
            "FrameStream": data.frames.stream_name,
            "AlertQueueUrl": data.queues["alerts"].queue_url,
            "LiveQueueUrl": data.queues["live"].queue_url,
            "NudgeQueueUrls": ",".join(data.queues[name].queue_url for name in NUDGES),
            "MediaBucket": data.media.bucket_name,
            "SweepFunction": sweep.function.function_name,
        }.items():
            cdk.CfnOutput(self, name, value=value)
