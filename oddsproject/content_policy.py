"""What a page of this site may load and run: its own files, and nothing written into the page.

The admin's theme writes what its menus do as attributes, which its library compiles as it starts; under /admin/, and
nowhere else, that is allowed. Scripts from elsewhere and scripts in a page are not, there either.
"""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],  # plotly and Swagger set styles of elements they draw
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
IN_THE_ADMIN = {"script-src": [UNSAFE_EVAL]}


class PolicyMiddleware(CSPMiddleware):
    """The policy, with what the admin needs beyond it on the admin's own pages."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.resolver_match is not None and request.resolver_match.app_name == "admin":
            parts.update = {**(parts.update or {}), **IN_THE_ADMIN}
        return parts
