"""Named places at which a test may make this process die, fail or wait: FAILPOINT=after_spool:kill.

Recovery from a crash is a promise of this project, so the crash itself has to be possible on purpose.
"""

import os
import signal
import time
from collections import Counter

_reached: Counter[str] = Counter()


class FailpointReached(Exception):
    """Raised by FAILPOINT=name:raise."""


def reach(name: str) -> None:
    """Do what FAILPOINT asks for here: kill, raise or sleep=SECONDS; `kill@2` when it is reached the second time."""
    wanted, _, action = os.environ.get("FAILPOINT", "").partition(":")
    if wanted != name:
        return
    _reached[name] += 1
    action, _, time_wanted = action.partition("@")
    if _reached[name] != int(time_wanted or 1):
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "raise":
        raise FailpointReached(name)
    if action.startswith("sleep="):
        time.sleep(float(action.removeprefix("sleep=")))
