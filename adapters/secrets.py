"""Secrets that operators keep in Secrets Manager: JSON objects of texts, named by a stage's settings."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError


class SecretUnusable(Exception):  # noqa: N818 - an error is named after the fact
    """There is no such secret, or it is not as it has to be; the text holds nothing of its content."""


class SecretsManagerSecrets:
    """client: a botocore Secrets Manager client."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def text(self, name: str) -> str:
        """Return a secret as it was stored; raise SecretUnusable, or what botocore raises when it is not reached."""
        try:
            return str(self._client.get_secret_value(SecretId=name)["SecretString"])
        except ClientError as refusal:
            raise SecretUnusable(f"the secret cannot be read: {refusal.response['Error']['Code']}") from None
        except KeyError:
            raise SecretUnusable("the secret holds no text") from None

    def fields(self, name: str, *needed: str) -> Mapping[str, str]:
        """Return these fields of a secret, none of them empty; raise as `text` does."""
        try:
            found = json.loads(self.text(name))
            fields = {field: found[field] for field in needed}
        except (KeyError, TypeError, ValueError):
            raise SecretUnusable(f"the secret is no JSON object with {', '.join(needed)}") from None
        if not all(isinstance(value, str) and value for value in fields.values()):
            raise SecretUnusable(f"the secret has no text in one of {', '.join(needed)}")
        return fields
