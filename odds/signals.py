"""What this app tells those above it, which it does not know."""

from django.dispatch import Signal

# Odds or scores of `sport_key` have just been collected and stored, at `now`. Whoever listens is told after the commit,
# and what it raises is logged and harms nobody.
collected = Signal()
