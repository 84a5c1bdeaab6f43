"""The bucket of voices and photos."""

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from adapters.media.bucket import MEDIA, bucket_name
from stacks.keys import Keys
from stacks.stage import Stage

_A_DAY = cdk.Duration.days(1)  # S3 knows no shorter one


class MediaBucket(Construct):
    """No older version of an object outlives it (P-28), and nobody outside the stage reads one."""

    def __init__(self, scope: Construct, stage: Stage, keys: Keys) -> None:
        super().__init__(scope, "Media")
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name(stage.name, cdk.Aws.ACCOUNT_ID),
            versioned=False,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=keys.storage,
            bucket_key_enabled=True,
            enforce_ssl=stage.is_on_aws,  # the emulator speaks plain HTTP, on the loopback only
            minimum_tls_version=1.2 if stage.is_on_aws else None,
            removal_policy=cdk.RemovalPolicy.RETAIN if stage.keeps_data else cdk.RemovalPolicy.DESTROY,
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=_A_DAY),
                *(
                    s3.LifecycleRule(prefix=each.prefix, expiration=cdk.Duration.days(each.lifecycle_days))
                    for each in MEDIA.values()
                    if each.lifecycle_days is not None
                ),
            ],
        )
