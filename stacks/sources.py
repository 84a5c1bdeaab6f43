"""What calls the functions that nobody asks: queues, and the clock."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.bundled_function import BundledFunction
from stacks.grants import allow_reading

_A_MINUTE = cdk.Duration.minutes(1)


class QueueSource(Construct):
    """A queue into a function: batch_size messages a call, at most so many calls at once.

    reports_failures: the function names the messages that are to come again; else all of a failed call do.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        queue: sqs.Queue,
        target: BundledFunction,
        *,
        batch_size: int,
        calls_at_once: int,
        reports_failures: bool,
    ) -> None:
        super().__init__(scope, name)
        allow_reading(target.role, queue.queue_arn)
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            function_name=target.function.function_name,
            event_source_arn=queue.queue_arn,
            batch_size=batch_size,
            function_response_types=["ReportBatchItemFailures"] if reports_failures else None,
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(maximum_concurrency=calls_at_once),
        )
        mapping.node.add_dependency(target.role)  # Lambda checks the grants when the mapping is made


class EachMinute(Construct):
    """Calls a function once a minute. A call that fails is not made again: the next minute's does all that is due."""

    def __init__(self, scope: Construct, target: BundledFunction) -> None:
        super().__init__(scope, "EachMinute")
        target.function.configure_async_invoke(max_event_age=_A_MINUTE, retry_attempts=0)
        events.Rule(
            self,
            "Rule",
            schedule=events.Schedule.rate(_A_MINUTE),
            targets=[targets.LambdaFunction(target.function, max_event_age=_A_MINUTE, retry_attempts=0)],
        )
