"""What can go wrong while getting data in, by what a caller would do.

CollectorError
└── UnreadablePayload    keep the raw answer, skip this part, go on
"""


class CollectorError(Exception):
    """Base of all errors of this app; the message is one line for a person."""


class UnreadablePayload(CollectorError):
    """A body, or one event of it, that cannot be taken for what it should be."""
