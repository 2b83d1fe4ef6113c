"""Where configurations are run: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from ..errors import BacktestError
from ..history import History
from ..strategies import StrategySpec
from ..terms import RunTerms
from .workers import SETTINGS, Answer, Parcel, receive, run, run_anywhere, run_here

Task = tuple[StrategySpec, RunTerms]
Executor = Callable[[History, Sequence[Task]], Iterator[tuple[int, Answer]]]
"""Runs tasks on a history; gives (number of the task, answer) as they come."""


def in_processes(jobs: int | None = None) -> Executor:
    """So many processes of this machine at once; None: one for each processor. A single one is this process itself.

    They are started anew rather than forked: what this process holds, connections and threads, is none of theirs.
    """

    def execute(history: History, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        workers = min(jobs or os.cpu_count() or 1, len(tasks))
        if workers <= 1:
            yield from ((number, run(history, *task)) for number, task in enumerate(tasks))
            return
        settings = os.environ[SETTINGS]
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=receive, initargs=(Parcel.of(history), settings)
        ) as pool:
            numbers = {pool.submit(run_here, *task): number for number, task in enumerate(tasks)}
            for done in as_completed(numbers):
                yield numbers[done], done.result()

    return execute


def on_dask(address: str) -> Executor:
    """The workers of the Dask cluster whose scheduler is at this address, as tcp://127.0.0.1:8786.

    They need this project on their path, and nothing of the database. Raises BacktestError where Dask is not installed
    or the scheduler does not answer.
    """
    try:
        from distributed import Client
        from distributed import as_completed as completed
    except ImportError as error:
        raise BacktestError("--dask needs the package distributed: pip install distributed") from error

    def execute(history: History, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        try:
            client = Client(address, timeout="5s")
        except (OSError, TimeoutError, ValueError) as error:
            raise BacktestError(f"--dask {address}: no scheduler answers there ({error})") from error
        with client:
            parcel = client.scatter(Parcel.of(history), broadcast=True)
            settings = os.environ[SETTINGS]
            futures = [client.submit(run_anywhere, parcel, Parcel.of(task), settings, pure=False) for task in tasks]
            numbers = {future.key: number for number, future in enumerate(futures)}
            for future, answer in completed(futures, with_results=True):
                yield numbers[future.key], answer

    return execute
