"""Prices, points and fractions as people write them, pure."""

from decimal import Decimal

from .choices import Side


def signed(price: int | None) -> str:
    """An American price: +150, -110; a dash where there is none."""
    return "–" if price is None else f"{price:+d}"


def decimal(price: float | None) -> str:
    """A decimal price: 1.909; a dash where there is none. Longshots keep all their digits before the point."""
    return "–" if price is None else f"{price:.3f}"


def pointed(side: str, point: Decimal | None) -> str:
    """A point: +3.5 or -3.5 for a team, 220.5 for a total, nothing where there is none."""
    if point is None:
        return ""
    return f"{point.normalize():+f}" if side in (Side.HOME, Side.AWAY) else f"{point.normalize():f}"


def percent(fraction: float | None) -> str:
    """0.0476 as '4.8 %'; a dash for what is unknown."""
    return "–" if fraction is None else f"{fraction:.1%}".replace("%", " %")


def size(size_bytes: float) -> str:
    """'1.2 GB', by powers of 1,000."""
    for unit in ("B", "kB", "MB"):
        if size_bytes < 1_000:
            return f"{size_bytes:.{0 if unit == 'B' else 1}f} {unit}"
        size_bytes /= 1_000
    return f"{size_bytes:,.1f} GB"
