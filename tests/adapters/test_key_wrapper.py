"""KMS wraps our keys."""

import pytest
from botocore.exceptions import ClientError

from adapters.aws import client
from adapters.key_wrapper import KEY_BYTES, KmsKeyWrapper
from tests.storage import storage


def test_a_wrapped_key_opens_under_its_own_name_only() -> None:
    with storage() as settings:
        wrapper = KmsKeyWrapper(client("kms", settings), settings.wrapping_key)
        key, wrapped = wrapper.make("binding#a")
        assert len(key) == KEY_BYTES
        assert key not in wrapped
        assert wrapper.unwrap(wrapped, "binding#a") == key
        with pytest.raises(ClientError):
            wrapper.unwrap(wrapped, "binding#b")
