"""The addresses of prices."""

from django.urls import path

from .endpoints import (
    BestOddsView,
    ClosingLinesView,
    ComparisonView,
    EventOddsView,
    LineMovementView,
    OpeningLinesView,
)
from .opportunities import OpportunitiesView
from .stored import BookmakersView, SnapshotsView, SnapshotView

urlpatterns = [
    path("events/<str:event_id>/odds", EventOddsView.as_view()),
    path("events/<str:event_id>/line-movement", LineMovementView.as_view()),
    path("events/<str:event_id>/best-odds", BestOddsView.as_view()),
    path("events/<str:event_id>/comparison", ComparisonView.as_view()),
    path("events/<str:event_id>/opening-lines", OpeningLinesView.as_view()),
    path("events/<str:event_id>/closing-lines", ClosingLinesView.as_view()),
    path("events/<str:event_id>/snapshots", SnapshotsView.as_view()),
    path("events/<str:event_id>/snapshots/<str:snapshot_time>", SnapshotView.as_view()),
    path("opportunities", OpportunitiesView.as_view()),
    path("bookmakers", BookmakersView.as_view()),
]
