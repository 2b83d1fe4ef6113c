"""Chance as a pure function of names: the same parts give the same draw in every process, thread and order."""

from __future__ import annotations

import struct
from hashlib import blake2b, shake_128
from statistics import NormalDist

quantile = NormalDist().inv_cdf


def digest(*parts: object, size: int = 8) -> bytes:
    return blake2b("/".join(map(str, parts)).encode(), digest_size=size).digest()


def uniform(*parts: object) -> float:
    """A number strictly between 0 and 1."""
    # 52 bits and a half: still exact as a float, and never 0 or 1.
    return ((int.from_bytes(digest(*parts), "big") >> 12) + 0.5) / 2**52


def between(low: float, high: float, *parts: object) -> float:
    return low + (high - low) * uniform(*parts)


def normal(*parts: object) -> float:
    """A standard normal number."""
    return quantile(uniform(*parts))


def uniforms(count: int, *parts: object) -> list[float]:
    """Many numbers strictly between 0 and 1, far cheaper than one by one."""
    stream = shake_128("/".join(map(str, parts)).encode()).digest(4 * count)
    return [(word + 0.5) / 2**32 for word in struct.unpack(f">{count}I", stream)]


def normals(count: int, *parts: object) -> list[float]:
    return [quantile(draw) for draw in uniforms(count, *parts)]
