"""Points the records at a stage's tables."""

from types import SimpleNamespace

from botocore.session import Session
from pynamodb.connection import Connection, TableConnection
from pynamodb.connection.base import MetaTable

from adapters.aws import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS, session
from adapters.dynamo.record import records
from adapters.dynamo.tables import TableSpec
from adapters.settings import Settings


class _SharedSession(Connection):
    """A connection that does not open a session of its own."""

    @property
    def session(self) -> Session:
        return session()


def connect(settings: Settings) -> None:
    """Point every record that has been imported at its table in the settings' stage, region and endpoint.

    All share one client: one for each table would read the model of the service a dozen times in a cold start.
    """
    shared = _SharedSession(
        region=settings.region,
        host=settings.endpoint_url,
        connect_timeout_seconds=CONNECT_SECONDS,
        read_timeout_seconds=READ_SECONDS,
        max_retry_attempts=ATTEMPTS - 1,
    )
    for spec in {record.table.name: record.table for record in records()}.values():
        shared.add_meta_table(MetaTable({"TableName": spec.physical_name(settings.stage), **schema(spec)}))
    for record in records():
        name = record.table.physical_name(settings.stage)
        table = TableConnection(name, region=settings.region)
        table.connection = shared
        # a batch that is not done is sent again by the model itself; all else is the shared connection's
        record.Meta = SimpleNamespace(table_name=name, max_retry_attempts=ATTEMPTS)
        record._connection = table  # noqa: SLF001 - pynamodb has no public way to share a connection


def schema(table: TableSpec) -> dict[str, list[dict[str, str]]]:
    """Return the table's KeySchema and AttributeDefinitions as DynamoDB's API spells them."""
    keys = {table.partition_key: "HASH"} | ({table.sort_key: "RANGE"} if table.sort_key else {})
    return {
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in keys],
    }
