"""What the reader of answers found, as issues. It has told each in a line; here they get their weight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odds.records import Problem

from .choices import IssueType, Severity
from .records import Issue

SEVERITIES = {
    IssueType.IMPOSSIBLE_QUOTE: Severity.ERROR,
    IssueType.MALFORMED: Severity.ERROR,
    IssueType.MISSING_FIELD: Severity.ERROR,
    IssueType.DUPLICATE_OUTCOME: Severity.WARNING,
    IssueType.CONFLICTING_OUTCOME: Severity.ERROR,
    IssueType.UNUSUAL_TEXT: Severity.WARNING,
    IssueType.CONFLICTING_ANSWERS: Severity.WARNING,
    IssueType.DUPLICATE_EVENT: Severity.WARNING,
    IssueType.SCHEMA_DRIFT: Severity.WARNING,
    IssueType.UNREADABLE: Severity.ERROR,
    IssueType.REFUSED: Severity.CRITICAL,
}
# Told of a whole feed, not of one event: see `checking`.
OF_THE_FEED = frozenset({IssueType.SCHEMA_DRIFT})
# The rules about times look at them in every snapshot, the reader only where prices changed.
LEFT_TO_RULES = frozenset({IssueType.BAD_TIMESTAMP})


def issue_of(problem: Problem) -> Issue:
    """One problem as an issue. The quotes it names are doubtful; without any, there is none to doubt."""
    kind = IssueType(problem.kind)
    return Issue(kind, SEVERITIES[kind], problem.text, problem.outcomes, problem.detail, problem.raw)


def issues_of_event(problems: Iterable[Problem], disabled: frozenset[str]) -> Iterator[Issue]:
    """Those that are faults of one event or one of its offers."""
    for problem in problems:
        kind = IssueType(problem.kind)
        if kind not in disabled and kind not in OF_THE_FEED and kind not in LEFT_TO_RULES:
            yield issue_of(problem)
