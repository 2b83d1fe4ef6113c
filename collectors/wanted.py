"""What is collected, as the settings have it."""

from django.conf import settings

from odds.choices import OddsFormat

from .the_odds_api.endpoints import Wanted


def wanted_of_settings() -> Wanted:
    """Markets, bookmakers and regions of every fetch. American prices: what the books of the NBA quote."""
    return Wanted(
        markets=tuple(settings.MARKETS),
        bookmakers=tuple(settings.BOOKMAKERS),
        regions=tuple(settings.REGIONS),
        odds_format=OddsFormat.AMERICAN,
    )
