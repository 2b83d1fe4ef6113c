"""What this app tells those above it, which it does not know."""

from django.dispatch import Signal

# The verdicts on the prices of some events have to be given anew; `event_ids` are the ids of their rows.
# They were changed at `now`.
verdicts_changed = Signal()
