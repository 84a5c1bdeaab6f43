"""Whose fault a failure is: the world's, which a retry mends, or ours."""

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PutError, PynamoDBException

from adapters.keyring import KeyUnusable
from core.alerts.memory import WatchContended

OUR_FAULTS = frozenset({"ValidationException", "ItemCollectionSizeLimitExceededException"})
"""Answers that the same request gets for ever; all others (throttled, unreachable, forbidden) end some time."""


def is_outage(exception: Exception) -> bool:
    """Tell whether the same call may succeed later without a change of ours."""
    cause = exception.cause if isinstance(exception, PynamoDBException) else exception
    if isinstance(exception, PutError) and cause is None:
        return True  # DynamoDB took only a part of a batch, time and again
    if isinstance(cause, ClientError):
        return cause.response["Error"]["Code"] not in OUR_FAULTS
    return isinstance(cause, BotoCoreError | KeyUnusable | WatchContended)
