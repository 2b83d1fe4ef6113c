"""Opportunities in prices side by side, pure: arbitrage, middles, low hold, value. One definition for whoever asks."""

from .finding import FINDABLE, arbitrages, find, low_holds, middles, values
from .lasting import Look, OpportunitySpan, spans
from .moved import by_line_models
from .offers import is_usable
from .records import Leg, Opportunity, OpportunityKind
from .sets import can_push
from .terms import NO_SINGLE_BETS, BadTerms, Consensus, NumberModel, Reference, Terms

__all__ = [
    "FINDABLE",
    "NO_SINGLE_BETS",
    "BadTerms",
    "Consensus",
    "Leg",
    "Look",
    "NumberModel",
    "Opportunity",
    "OpportunityKind",
    "OpportunitySpan",
    "Reference",
    "Terms",
    "arbitrages",
    "by_line_models",
    "can_push",
    "find",
    "is_usable",
    "low_holds",
    "middles",
    "spans",
    "values",
]
