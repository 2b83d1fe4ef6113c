"""The addresses of this app."""

from django.urls import path

from . import asking_views, chart_views, views

urlpatterns = [
    path("backtests/", views.backtests, name="backtests"),
    path("backtests/new/", asking_views.new_backtest, name="new_backtest"),
    path("backtests/compare/", views.backtest_comparison, name="backtest_comparison"),
    path("backtests/<int:number>/", views.backtest, name="backtest"),
    path("backtests/compare/charts/", chart_views.comparison_charts, name="comparison_charts"),
    path("backtests/<int:number>/charts/", chart_views.backtest_charts, name="backtest_charts"),
    path("backtests/<int:number>/cancel/", asking_views.cancel_backtest, name="cancel_backtest"),
    path("backtests/<int:number>/again/", asking_views.repeat_backtest, name="repeat_backtest"),
    path("paper/", views.paper, name="paper"),
]
