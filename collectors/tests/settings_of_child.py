"""The settings of processes that tests start and kill: on the test's own database server."""

import os

from oddsproject.settings import *  # noqa: F403
from oddsproject.settings import DATABASES

if os.environ["POSTGRES_ROOT"]:
    DATABASES["default"]["OPTIONS"]["root"] = os.environ["POSTGRES_ROOT"]
