"""The way of raw frames from the stream into ingest."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.bundled_function import BundledFunction
from stacks.data import DataStack
from stacks.grants import allow

_RECORDS_A_CALL = 10  # each holds a whole lane's frames: up to a megabyte
_RETRIES = 10_000  # the most there are: only infrastructure fails a record, so what ends the waiting is its age
_OLDEST_S = 12 * 3600  # leaves half of the stream's 24 h to send a failed record in again


class FrameSource(Construct):
    """Records that fail for good leave their place in the stream on the failure queue: metadata, never the frames."""

    def __init__(self, scope: Construct, ingest: BundledFunction, data: DataStack) -> None:
        super().__init__(scope, "FrameSource")
        allow(
            ingest.role,
            data.frames.stream_arn,
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
        )
        allow(ingest.role, data.queues["ingest-failures"].queue_arn, "sqs:SendMessage")
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            function_name=ingest.function.function_name,
            event_source_arn=data.frames.stream_arn,
            starting_position="TRIM_HORIZON",
            batch_size=_RECORDS_A_CALL,
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=_RETRIES,
            maximum_record_age_in_seconds=_OLDEST_S,
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(
                    destination=data.queues["ingest-failures"].queue_arn
                )
            ),
        )
        mapping.node.add_dependency(ingest.role)  # Lambda checks the grants when the mapping is made
