"""The closed vocabularies of odds. Bookmakers, markets and sports are open: they are rows, never enums."""

from django.db.models import TextChoices


class Side(TextChoices):
    """Whom an outcome is for, found by name, never by position."""

    HOME = "home"
    AWAY = "away"
    DRAW = "draw"
    OVER = "over"
    UNDER = "under"
    OTHER = "other"  # players, yes and no, outrights


class BookmakerKind(TextChoices):
    SHARP = "sharp"
    RETAIL = "retail"
    EXCHANGE = "exchange"
    DFS = "dfs", "daily fantasy"


class Source(TextChoices):
    """How a snapshot came in."""

    LIVE = "live"
    HISTORICAL = "historical"
    IMPORT = "import"
    SANDBOX = "sandbox"


class OddsFormat(TextChoices):
    """The format an answer was asked in; it is stored and never guessed twice."""

    AMERICAN = "american"
    DECIMAL = "decimal"


class LineMoment(TextChoices):
    """Which price of a game an archive without times has."""

    OPENING = "opening"
    CLOSING = "closing"
