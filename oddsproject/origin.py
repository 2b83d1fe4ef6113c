"""Where the prices of this site come from, for every page to say."""

from typing import Any

from django.http import HttpRequest

from collectors.gate import uses_sandbox


def origin(request: HttpRequest) -> dict[str, Any]:
    """For every template: `uses_sandbox`, whether prices are made up."""
    return {"uses_sandbox": uses_sandbox()}
