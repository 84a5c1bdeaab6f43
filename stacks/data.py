"""What keeps data: keys, tables, the stream of raw frames and the queues."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from adapters.dynamo.tables import TABLES, TTL_ATTRIBUTE, TableSpec
from stacks.keys import Keys
from stacks.stage import Stage

_RECOVERY_WINDOW_DAYS = 1  # decision D10: an erasure is final one day after its last step
_HOLD = cdk.Duration.hours(24)  # Kinesis keeps no shorter; queues keep no longer than the stream (decision D5)


class DataStack(cdk.Stack):
    """All that outlives a deployment of code."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(
            scope,
            f"wachter-{stage.name}-data",
            env=cdk.Environment(region=stage.region),
            termination_protection=stage.keeps_data,
        )
        self._stage = stage
        self._removal = cdk.RemovalPolicy.RETAIN if stage.keeps_data else cdk.RemovalPolicy.DESTROY
        self.keys = Keys(self, stage)
        self.tables = {name: self._table(spec) for name, spec in TABLES.items()}
        self.frames = self._frame_stream()
        self.alert_queue = self._queue("alerts")
        self.ingest_failures = self._queue("ingest-failures")

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
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True, recovery_period_in_days=_RECOVERY_WINDOW_DAYS
            ),
            deletion_protection=self._stage.keeps_data,
            removal_policy=self._removal,
        )

    def _frame_stream(self) -> kinesis.Stream:
        return kinesis.Stream(
            self,
            "Frames",
            stream_name=f"wachter-{self._stage.name}-frames",
            stream_mode=kinesis.StreamMode.ON_DEMAND,
            retention_period=_HOLD,
            encryption=kinesis.StreamEncryption.KMS,
            encryption_key=self.keys.storage,
            removal_policy=self._removal,
        )

    def _queue(self, name: str) -> sqs.Queue:
        return sqs.Queue(
            self,
            f"Queue-{name}",
            queue_name=f"wachter-{self._stage.name}-{name}",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self.keys.storage,
            enforce_ssl=True,
            retention_period=_HOLD,
            removal_policy=self._removal,
        )


def _key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
