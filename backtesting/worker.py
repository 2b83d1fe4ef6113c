"""What runs one backtest in a process of its own, so that it can be killed and holds up nobody.

Nothing that needs Django is imported before it is set up: another process begins with this module.
"""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait

import django

# Of a processor that is wanted by both, what collects gets most.
_POLITE = 10


def work(number: int) -> None:
    """Run the backtest of this number, which is taken, and keep what came of it."""
    for each in (signal.SIGINT, signal.SIGTERM):  # sent to the whole group: the process that started this one decides
        signal.signal(each, signal.SIG_IGN)
    os.nice(_POLITE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    from .performing import perform

    perform(number)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
