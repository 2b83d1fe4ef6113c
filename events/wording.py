"""Numbers with what they count, as people write them, pure."""


def plural(value: int, one: str, many: str = "") -> str:
    """'1 bet', '1,200 bets'; `many` is for what does not end in one more s: '2 entries', '2 answers wait'."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"
