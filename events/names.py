"""What a person typed, matched to a name or key that is known. Pure; nothing is guessed silently."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher

_LISTED = 8
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
_CLOSE_ENOUGH = 0.54  # 'bkn' is that close to 'brooklyn', 'sixers' to '76ers'
_NEARLY_AS_CLOSE = 0.1

# How the provider writes a sport: basketball_nba.
SPORT_KEY = re.compile(r"[a-z]+(_[a-z0-9]+)+")


class UnresolvedName(LookupError):
    """What was typed means nothing known, or several things; the message is one line for the person who typed it."""


def resolve(kind: str, typed: str, known: Mapping[str, str]) -> str:
    """The one of `known` that `typed` means: a mapping from every accepted spelling to the name or key it stands for.

    Tried in this order, and the first way that fits anything decides: the spelling itself; the same letters whatever
    their case, accents, spaces and punctuation; whole words or initials of it ('Lakers', 'LA Lakers'); beginnings of
    its words ('phi'); parts of them ('wolves'). Raises UnresolvedName when that fits several, naming them, or none,
    with the nearest. `kind` says in the message what is looked for: 'team', 'bookmaker'.
    """
    if typed in known:
        return known[typed]
    for fits in _WAYS:
        found = sorted({meant for spelling, meant in known.items() if fits(_words(typed), _words(spelling))})
        if len(found) == 1:
            return found[0]
        if found:
            raise UnresolvedName(f"{kind} {typed!r} fits several: {listed(found)}")
    raise UnresolvedName(unknown(kind, typed, known))


def spellings(titles: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What `resolve` wants, from pairs of key and title. A title that several keys share stands for none of them."""
    pairs = set(titles)
    shared = Counter(title for _, title in pairs)
    return {title: key for key, title in pairs if shared[title] == 1} | {key: key for key, _ in pairs}


def unknown(kind: str, typed: str, known: Mapping[str, str]) -> str:
    """One line that says that nothing is called so, with the nearest names, or all of them if they are few."""
    near = nearest(typed, known)
    if near:
        return f"no {kind} {typed!r}; did you mean {' or '.join(near)}?"
    names = sorted(set(known.values()))
    if not names:
        return f"no {kind} {typed!r}: none is stored yet"
    return f"no {kind} {typed!r}; known: {listed(names)}"


def nearest(typed: str, known: Mapping[str, str], limit: int = 3) -> list[str]:
    """What is meant by the spellings most like `typed`, best first; empty if none is much like it."""
    ratings: dict[str, float] = {}
    for spelling, meant in known.items():
        ratings[meant] = max(ratings.get(meant, 0.0), _likeness(_words(typed), _words(spelling)))
    enough = max(_CLOSE_ENOUGH, max(ratings.values(), default=0.0) - _NEARLY_AS_CLOSE)
    close = [meant for meant, rating in ratings.items() if rating >= enough]
    return sorted(close, key=lambda meant: (-ratings[meant], meant))[:limit]


def listed(names: Iterable[str]) -> str:
    """The names in one line, the first few of many."""
    shown = list(names)
    more = len(shown) - _LISTED
    return ", ".join(shown[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _words(text: str) -> list[str]:
    """The words of a name without case, accents and punctuation: 'Atlético-MG' and 'DraftKings' have two each."""
    apart = _CAMEL.sub(" ", unicodedata.normalize("NFKD", text))
    plain = "".join(char for char in apart.casefold() if not unicodedata.combining(char))
    return "".join(char if char.isalnum() else " " for char in plain).split()


def _same_letters(typed: list[str], name: list[str]) -> bool:
    return "".join(typed) == "".join(name) != ""


def _words_or_initials(typed: list[str], name: list[str]) -> bool:
    """Whether each typed word is a word of the name, or is put together from the beginnings of words in a row."""
    return bool(typed) and all(word in name or _is_made_of_beginnings(word, name) for word in typed)


def _beginnings_of_words(typed: list[str], name: list[str]) -> bool:
    return bool(typed) and all(any(word.startswith(part) for word in name) for part in typed)


def _parts_of_words(typed: list[str], name: list[str]) -> bool:
    return bool(typed) and all(any(part in word for word in name) for part in typed)


def _is_made_of_beginnings(word: str, name: list[str]) -> bool:
    """'la' of Los Angeles, 'okc' of Oklahoma City: at least two words of the name in a row, each by its beginning."""
    return any(_spells(word, name[first:]) for first in range(len(name) - 1))


def _spells(word: str, name: list[str], used: int = 0) -> bool:
    if not word:
        return used >= 2
    if not name:
        return False
    return any(
        name[0].startswith(word[:size]) and _spells(word[size:], name[1:], used + 1) for size in range(1, len(word) + 1)
    )


def _likeness(typed: list[str], name: list[str]) -> float:
    """Between 0 and 1, with the whole name or with its best single word: people type one word of a long name."""
    whole = "".join(typed)
    return max(
        (SequenceMatcher(None, whole, candidate).ratio() for candidate in ["".join(name), *name] if candidate),
        default=0.0,
    )


_WAYS: tuple[Callable[[list[str], list[str]], bool], ...] = (
    _same_letters,
    _words_or_initials,
    _beginnings_of_words,
    _parts_of_words,
)
