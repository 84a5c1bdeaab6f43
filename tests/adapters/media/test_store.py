"""The bucket as AWS answers, where moto answers otherwise."""

from typing import NoReturn

import pytest
from botocore.exceptions import ClientError

from adapters.media.store import S3MediaStore
from core.kernel.ids import MediaId, WatchId, new_id
from tests.clocks import NOON, FrozenClock
from tests.fakes.vault import sealer_in_memory


class Answering:
    """Stands in for an S3 client whose reads end with this error."""

    def __init__(self, code: str) -> None:
        self._code = code

    def get_object(self, **_named: str) -> NoReturn:
        raise ClientError({"Error": {"Code": self._code}}, "GetObject")


def found(code: str) -> bytes | None:
    store = S3MediaStore(Answering(code), "any", sealer_in_memory(FrozenClock()))
    return store.get("photo", WatchId(new_id()), MediaId(new_id()), NOON, NOON)


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_what_is_missing_is_none_also_for_whoever_may_not_list(code: str) -> None:
    assert found(code) is None


def test_an_outage_is_no_missing_object() -> None:
    with pytest.raises(ClientError):
        found("SlowDown")
