"""Voices and photos in S3: sealed before they leave the process, so that even a public object would tell nothing."""

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from adapters.media.bucket import MEDIA
from core.kernel.ids import MediaId, WatchId
from core.retention.policy import POLICY, is_over
from core.vault.model import SealedUnder, Unreadable
from core.vault.ports import Sealer

_PLACE = "media"
"""What the bucket is called in the associated data of what is sealed, where a table's name would stand."""
_OPAQUE = "application/octet-stream"
_MISSING = frozenset({"NoSuchKey", "AccessDenied"})
"""The second is what S3 says of a missing object to whoever may not list the bucket, as nobody here may."""


class S3MediaStore:
    """MediaStore in a bucket. client: a botocore S3 client."""

    def __init__(self, client: Any, bucket: str, sealer: Sealer) -> None:
        self._client = client
        self._bucket = bucket
        self._sealer = sealer

    def put(self, data_class: str, watch_id: WatchId, media_id: MediaId, content: bytes, created_at: datetime) -> None:
        """Store it sealed, without any metadata; raise EpochOver or Unreadable as Sealer does."""
        sealed = self._sealer.seal(content, _under(data_class, watch_id, media_id, created_at))
        key = _key_of(data_class, watch_id, media_id)
        self._client.put_object(Bucket=self._bucket, Key=key, Body=sealed, ContentType=_OPAQUE)

    def get(
        self, data_class: str, watch_id: WatchId, media_id: MediaId, created_at: datetime, now: datetime
    ) -> bytes | None:
        """Return it; None when it is gone, over, or of another watch."""
        under = _under(data_class, watch_id, media_id, created_at)
        if is_over(under.expires_at, now):
            return None
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=_key_of(data_class, watch_id, media_id))
            return self._sealer.open(found["Body"].read(), under)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        except Unreadable:
            return None

    def remove(self, data_class: str, watch_id: WatchId, media_id: MediaId) -> None:
        """Remove it; it is no error when it is gone."""
        self._client.delete_object(Bucket=self._bucket, Key=_key_of(data_class, watch_id, media_id))


def _key_of(data_class: str, watch_id: WatchId, media_id: MediaId) -> str:
    """Return a random name; what lives as long as its watch is found by it, when both end."""
    media = MEDIA[data_class]
    return f"{media.prefix}{media_id}" if media.lifecycle_days else f"{media.prefix}{watch_id}/{media_id}"


def _under(data_class: str, watch_id: WatchId, media_id: MediaId, created_at: datetime) -> SealedUnder:
    return SealedUnder(
        data_class=POLICY[data_class],
        subject_id=watch_id,
        table=_PLACE,
        key=(watch_id, media_id),
        at=created_at,
    )
