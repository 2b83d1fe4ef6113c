"""The settings of processes that tests start and kill: on the test's own database."""

import os

from oddsproject.settings import *  # noqa: F403
from oddsproject.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["DATABASE"]
if os.environ["POSTGRES_ROOT"]:
    DATABASES["default"]["OPTIONS"]["root"] = os.environ["POSTGRES_ROOT"]
