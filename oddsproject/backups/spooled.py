"""Answers that were paid for and that the database has not yet, packed with a backup and put back with it."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

from .folder import create, sync

_ANSWERS = "*.answer"


def pack(spool: Path, target: Path) -> int:
    """Copy the answers that wait into a tar file; how many there were. For none there is no file."""
    packed = 0
    waiting = sorted(spool.glob(_ANSWERS))
    if not waiting:
        return 0
    with os.fdopen(create(target), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            for path in waiting:
                try:
                    tar.add(path, arcname=path.name, recursive=False)
                except FileNotFoundError:
                    continue  # the database has it since
                packed += 1
        file.flush()
        os.fsync(file.fileno())
    return packed


def unpack(source: Path, spool: Path) -> int:
    """Put answers back that are not there; how many. Whoever collects next stores them, each once."""
    put_back = 0
    spool.mkdir(parents=True, exist_ok=True)
    with tarfile.open(source) as tar:
        for member in tar:
            path = spool / Path(member.name).name
            content = tar.extractfile(member)
            if content is None or not path.match(_ANSWERS) or path.exists():
                continue
            draft = path.with_suffix(".restored")
            draft.write_bytes(content.read())
            draft.replace(path)
            sync(path)
            put_back += 1
    sync(spool)
    return put_back
