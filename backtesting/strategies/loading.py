"""Classes by where they are: in a module, by its dotted path, or in a file. Another process finds them so too."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .errors import UnknownStrategy
from .parameters import nearest

_FROM_FILE = "strategy_file_"


def located(reference: str) -> Any:
    """What `package.module:Name` or `path/to/file.py:Name` stands for. Raises UnknownStrategy with one line."""
    place, _, name = reference.rpartition(":")
    path = Path(place).expanduser() if place.endswith(".py") else None
    if path and not path.is_file():
        raise UnknownStrategy(f"{reference}: there is no file {path}")
    try:
        module = _from_file(path) if path else importlib.import_module(place)
    except Exception as error:  # whatever a module of somebody else's raises
        reason = " ".join(str(error).split())
        raise UnknownStrategy(f"{reference} cannot be loaded: {type(error).__name__}: {reason}") from error
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is None:
        public = [each for each in vars(module) if not each.startswith("_")]
        raise UnknownStrategy(f"{reference}: {place} has no {name!r}{nearest(name, public)}")
    return found


def reference_to(cls: type) -> str:
    """What `located` finds the class by. The path of a file is absolute."""
    module = sys.modules[cls.__module__]
    place = module.__file__ if module.__name__.startswith(_FROM_FILE) else module.__name__
    return f"{place}:{cls.__qualname__}"


class _Source(SourceFileLoader):
    """A file as it is now. Bytecode on disk counts as current where a change left the size alone within a second."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _from_file(path: Path) -> ModuleType:
    """The module of a file, run once for each content that it had: a file changed in between is a new module."""
    path = path.resolve()
    name = _FROM_FILE + sha256(bytes(path) + b"\0" + path.read_bytes()).hexdigest()[:16]
    if name not in sys.modules:
        spec = importlib.util.spec_from_loader(name, loader := _Source(name, str(path)))
        assert spec is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        try:
            loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]
