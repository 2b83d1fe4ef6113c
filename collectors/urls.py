"""The addresses of this app's pages."""

from django.urls import path

from . import pages

urlpatterns = [path("", pages.collecting, name="collecting")]
