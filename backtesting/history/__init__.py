"""The past as a backtest sees it: loaded once, then asked for views, boards and closing lines."""

from .board import Board, Chosen
from .history import History
from .loading import load_events, load_history
from .records import ClosingPrice, Decision, HistoryEvent

__all__ = ["Board", "Chosen", "ClosingPrice", "Decision", "History", "HistoryEvent", "load_events", "load_history"]
