"""The bucket of voices and photos. Pure data, read by the store, the stacks and the tests."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPrefix:
    """Where the objects of one class of data lie. Each object is sealed before it is stored; its key is random.

    lifecycle_days: S3's own clock, in whole days and late: a net under the exact one; None where objects live with
    their subject.
    """

    holds: str
    lifecycle_days: int | None

    @property
    def prefix(self) -> str:
        """Return what the keys of its objects begin with."""
        return f"{self.holds}/"


MEDIA: Mapping[str, MediaPrefix] = {
    each.holds: each
    for each in (MediaPrefix(holds="voice", lifecycle_days=3), MediaPrefix(holds="photo", lifecycle_days=None))
}
"""By class of the retention policy."""


def bucket_name(stage: str, account: str) -> str:
    """Return the bucket's name in a stage; account: the AWS account's number, as names are unique in the world."""
    return f"wachter-{stage}-media-{account}"
