"""The last prices before the start."""

from odds.cli import LineCommand
from odds.event_lines import closing_prices


class Command(LineCommand):
    help = (
        "Show the closing line of events: the prices at the last snapshot before the start, and how long before it "
        "that was taken. There is none for an event without a pre-match snapshot; a flagged price is no closing price."
    )
    read = staticmethod(closing_prices)
