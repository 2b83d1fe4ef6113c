"""The addresses of quality."""

from django.urls import path

from .endpoints import QualityEntriesView, QualityFiguresView

urlpatterns = [
    path("quality/entries", QualityEntriesView.as_view()),
    path("quality/figures", QualityFiguresView.as_view()),
]
