"""The first prices of all."""

from odds.cli import LineCommand
from odds.event_lines import opening_prices


class Command(LineCommand):
    help = (
        "Show the opening line of events: the first valid pre-match price of each outcome at each bookmaker, and how "
        "long before the start it came. There is none for an event without a pre-match snapshot."
    )
    read = staticmethod(opening_prices)
