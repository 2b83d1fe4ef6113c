"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A name beside the target to write to, which becomes the target when all went well and is removed when not.

    A draft that a killed process left behind is taken away by the next one with the same target.
    """
    made = [each for each in target.parents if not each.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.parent / f".{target.name}.draft"
    remove(draft)
    try:
        yield draft
        sync(draft)
        _put_in_place(draft, target)
        for folder in (target.parent, *(each.parent for each in made)):
            _sync_one(folder)
    finally:
        remove(draft)


def _put_in_place(draft: Path, target: Path) -> None:
    """Rename the draft; a folder that is there goes aside first, since folders cannot be replaced in one step."""
    if not target.is_dir():
        draft.replace(target)
        return
    aside = target.parent / f".{target.name}.replaced"
    remove(aside)
    target.rename(aside)
    draft.rename(target)
    remove(aside)


def remove(path: Path) -> None:
    """Take away a file, or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have a file, or all of a folder, on the disk before anything is said to be there."""
    if path.is_dir():
        for each in path.iterdir():
            sync(each)
    _sync_one(path)


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
