"""Takes the backtests that wait, one at a time, each in a process of its own. It runs beside the scheduler.

What is collected does not wait for it: the thread only looks and starts, and the process has a lower priority.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

import structlog
from django.db import InterfaceError, OperationalError, connection

from . import queue
from .worker import work

log = structlog.get_logger(__name__)

# Seconds between two looks, and how long a stop waits for one.
EVERY = 1.0
PATIENCE = 3.0


class Attendant:
    """From entering to leaving it takes runs, if nobody else does. What is under way when it leaves waits again."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._attend, name="backtests", daemon=True)
        self._attends = False
        self._process: SpawnProcess | None = None
        self._number = 0  # of the run that the process is at

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join(PATIENCE)

    def _attend(self) -> None:
        while not self._stopping.wait(self._every):
            self._safely(self._look)
        self._safely(self._leave)
        connection.close()

    def _safely(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (OperationalError, InterfaceError) as error:
            log.error("backtests_wait_for_database", reason=str(error).partition("\n")[0])
            self._kill()  # the lock went with the connection: whoever has it next may take runs
            self._attends = False
            connection.close()
        except Exception:  # whatever it is, the next look may do better
            log.exception("backtests_not_attended")

    def _look(self) -> None:
        if not self._attends:
            self._attends = queue.attend()
            if not self._attends:
                return
            queue.fail_left_over()
        if self._process is None:
            self._start_next()
        elif not self._process.is_alive():
            self._close(self._process)
        elif queue.is_cancelled(self._number):  # one that is done may take a while to end
            log.info("backtest_cancelled", run=self._number)
            self._kill()

    def _start_next(self) -> None:
        run = queue.take()
        if run is None:
            return
        log.info("backtest_started", run=run.pk, strategy=run.strategy)
        process = get_context("spawn").Process(target=work, args=(run.pk,), name=f"backtest {run.pk}", daemon=True)
        try:
            process.start()
        except Exception as error:  # no memory, no process left, or whatever it is: the run would seem to go on
            log.exception("backtest_not_started", run=run.pk)
            queue.fail(run.pk, " ".join(f"its process could not be started: {error}".split()))
            return
        self._number, self._process = run.pk, process

    def _close(self, process: SpawnProcess) -> None:
        """After its end. One that ended well has said itself what came of the run."""
        log.info("backtest_ended", run=self._number, exit_code=process.exitcode)
        self._process = None
        queue.fail(self._number, f"its process ended with exit code {process.exitcode}: see the log")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def _leave(self) -> None:
        if self._process is not None:
            self._kill()
            queue.put_back(self._number)
