"""The addresses of backtests."""

from django.urls import path

from .endpoints import BacktestBetsView, BacktestEquityView, BacktestsView, BacktestView

urlpatterns = [
    path("backtests", BacktestsView.as_view()),
    path("backtests/<str:run_id>", BacktestView.as_view()),
    path("backtests/<str:run_id>/bets", BacktestBetsView.as_view()),
    path("backtests/<str:run_id>/equity", BacktestEquityView.as_view()),
]
