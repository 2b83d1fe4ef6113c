"""The addresses of collecting."""

from django.urls import path

from .endpoints import CreditsView, FetchLogView, StatusView

urlpatterns = [
    path("fetch-log", FetchLogView.as_view()),
    path("credits", CreditsView.as_view()),
    path("status", StatusView.as_view()),
]
