"""All tables, the bucket and the wrapping key on moto."""

from collections.abc import Iterator
from contextlib import contextmanager

from moto import mock_aws

from adapters.aws import client
from adapters.dynamo.connection import connect, schema
from adapters.dynamo.tables import TABLES
from adapters.media.bucket import bucket_name
from adapters.settings import Settings

STAGE = "test"
REGION = "eu-central-1"
BUCKET = bucket_name(STAGE, "000000000000")


@contextmanager
def storage() -> Iterator[Settings]:
    """Yield settings of fresh tables, a bucket and a KMS key; records imported so far are connected to the tables."""
    with mock_aws():
        settings = Settings(stage=STAGE, region=REGION)
        create_tables(settings)
        place = {"LocationConstraint": REGION}
        client("s3", settings).create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        wrapping_key = client("kms", settings).create_key()["KeyMetadata"]["KeyId"]
        settings = Settings(stage=STAGE, region=REGION, wrapping_key=wrapping_key, media_bucket=BUCKET)
        connect(settings)
        yield settings


def create_tables(settings: Settings) -> None:
    """Create every table of the stage; without its TTL, which deletes nothing while a test runs."""
    dynamo = client("dynamodb", settings)
    for table in TABLES.values():
        name = table.physical_name(settings.stage)
        dynamo.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **schema(table))
