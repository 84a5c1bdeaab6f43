"""The roots of our errors, and what many refuse. Their texts are constants: what a person sent never stands in one."""


class Refused(Exception):  # noqa: N818 - an error is named after the fact
    """What was asked cannot be done; the asker can tell why from the class."""


class NotFound(Refused):
    """The object does not exist, or not for this asker: both look the same."""


class ChangedMeanwhile(Refused):
    """Others changed it since its revision was read: nothing was changed now, and it is to be read again."""


class IdempotencyKeyReused(Refused):
    """The key came with another request before."""
