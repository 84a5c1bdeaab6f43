"""What keeps data: keys, tables, the bucket of media, the stream of raw frames and the queues."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from adapters.dynamo.tables import TABLES, TTL_ATTRIBUTE, TableSpec
from stacks.functions import ALERTS, LIVE_FEED, NOTICES, NUDGES, FunctionSpec
from stacks.keys import Keys
from stacks.media import MediaBucket
from stacks.stage import Stage

_RECOVERY_WINDOW_DAYS = 1  # decision D10: an erasure is final one day after its last step
_HOLD = cdk.Duration.hours(24)  # Kinesis keeps no shorter; queues keep no longer than the stream (decision D5)

_LIVE_FOR = cdk.Duration.minutes(1)  # SQS keeps no shorter; a point that is older is no news on any screen
_NUDGED_FOR = cdk.Duration.minutes(1)  # SQS keeps no shorter; whoever connects looks into the outbox anyway
_TRIES = 60  # two hours at two minutes each: rides out an outage, and leaves operators the rest of the day


class DataStack(cdk.Stack):
    """All that outlives a deployment of code."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(
            scope,
            stage.name_of("data"),
            env=cdk.Environment(region=stage.region),
            termination_protection=stage.keeps_data,
        )
        self._stage = stage
        self._removal = cdk.RemovalPolicy.RETAIN if stage.keeps_data else cdk.RemovalPolicy.DESTROY
        self.keys = Keys(self, stage)
        self.tables = {name: self._table(spec) for name, spec in TABLES.items()}
        self.media = MediaBucket(self, stage, self.keys).bucket
        self.frames = self._frame_stream()
        self.queues = self._queues()

    def _table(self, spec: TableSpec) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            f"Table-{spec.name}",
            table_name=spec.physical_name(self._stage.name),
            partition_key=_key(spec.partition_key),
            sort_key=_key(spec.sort_key) if spec.sort_key else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute=TTL_ATTRIBUTE if spec.has_ttl else None,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.keys.storage,
            point_in_time_recovery_specification=_recovery(spec),
            deletion_protection=self._stage.keeps_data,
            removal_policy=self._removal,
        )

    def _frame_stream(self) -> kinesis.Stream:
        return kinesis.Stream(
            self,
            "Frames",
            stream_name=self._stage.name_of("frames"),
            stream_mode=kinesis.StreamMode.ON_DEMAND,
            retention_period=_HOLD,
            encryption=kinesis.StreamEncryption.KMS,
            encryption_key=self.keys.storage,
            removal_policy=self._removal,
        )

    def _queues(self) -> Mapping[str, sqs.Queue]:
        failures, notice_failures = self._queue("alert-failures"), self._queue("notice-failures")
        return {
            "alerts": self._queue(
                "alerts",
                visibility_timeout=_wait_before_again(ALERTS),
                dead_letter_queue=sqs.DeadLetterQueue(queue=failures, max_receive_count=_TRIES),
            ),
            "alert-failures": failures,
            "ingest-failures": self._queue("ingest-failures"),
            "live": self._queue("live", retention_period=_LIVE_FOR, visibility_timeout=_wait_before_again(LIVE_FEED)),
            "notices": self._queue(
                "notices",
                visibility_timeout=_wait_before_again(NOTICES),
                dead_letter_queue=sqs.DeadLetterQueue(queue=notice_failures, max_receive_count=_TRIES),
            ),
            "notice-failures": notice_failures,
            **{name: self._queue(name, retention_period=_NUDGED_FOR) for name in NUDGES},
        }

    def _queue(self, name: str, *, retention_period: cdk.Duration = _HOLD, **more: Any) -> sqs.Queue:
        return sqs.Queue(
            self,
            f"Queue-{name}",
            queue_name=self._stage.name_of(name),
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self.keys.storage,
            enforce_ssl=self._stage.is_on_aws,  # the emulator speaks plain HTTP, on the loopback only
            retention_period=retention_period,
            removal_policy=self._removal,
            **more,
        )


def _wait_before_again(reader: FunctionSpec) -> cdk.Duration:
    """Return how long a message stays hidden: six times its reader's limit, as AWS asks for, so none is read twice."""
    return cdk.Duration.seconds(6 * reader.timeout_s)


def _recovery(spec: TableSpec) -> dynamodb.PointInTimeRecoverySpecification:
    return dynamodb.PointInTimeRecoverySpecification(
        point_in_time_recovery_enabled=spec.recoverable,
        recovery_period_in_days=_RECOVERY_WINDOW_DAYS if spec.recoverable else None,
    )


def _key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
