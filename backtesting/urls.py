"""The addresses of this app."""

from django.urls import path

from . import views

urlpatterns = [
    path("backtests/", views.backtests, name="backtests"),
    path("backtests/compare/", views.backtest_comparison, name="backtest_comparison"),
    path("backtests/<int:number>/", views.backtest, name="backtest"),
    path("paper/", views.paper, name="paper"),
]
