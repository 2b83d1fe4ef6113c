"""The script of plotly, alone: its folder holds other bundles and themes that no page uses."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

NAME = "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds static 'plotly.min.js' in the installed package, which is not imported for it."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(_folder() / NAME)] if path == NAME else []
        return found if find_all or not found else found[0]

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        yield NAME, FileSystemStorage(location=_folder())


def _folder() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured("plotly is not installed: pip install --require-hashes -r requirements.txt")
    return Path(spec.origin).parent / "package_data"
