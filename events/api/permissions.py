"""Who may ask: who has logged in or has a token, and where API_OPEN says so whoever sits at this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from .opening import is_open_to

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which reads the settings that name this module


class MayRead(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user and request.user.is_authenticated) or is_open_to(request.META)
