"""Parameters of strategies: what is taken, what is refused, and how that is said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.strategies.errors import BadParameter
from backtesting.strategies.parameters import Parameter, as_json, values_of


class Sample:
    edge = Parameter(float, 0.03, low=0, high=1)
    books = Parameter(int, 3, low=1)
    strict = Parameter(bool, True)
    how = Parameter(str, "mean", choices=["mean", "median"])
    markets = Parameter[tuple[str, ...]](tuple, ("h2h",), choices=["h2h", "spreads", "totals"])
    age = Parameter(float, 10, low=0, optional=True)
    ceiling = Parameter(int, 5, high=9)
    free = Parameter(float, 1.5)


DECLARED = {name: each for name, each in vars(Sample).items() if isinstance(each, Parameter)}


def read(**given):
    return values_of(DECLARED, given, of="sample")


def test_what_is_not_given_has_its_default():
    assert read() == {
        "edge": 0.03,
        "books": 3,
        "strict": True,
        "how": "mean",
        "markets": ("h2h",),
        "age": 10.0,
        "ceiling": 5,
        "free": 1.5,
    }


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("edge", "0.05", 0.05),
        ("edge", 0, 0.0),
        ("edge", 1, 1.0),
        ("edge", Decimal("0.25"), 0.25),
        ("books", "4", 4),
        ("books", 2.0, 2),
        ("strict", "no", False),
        ("strict", "True", True),
        ("strict", False, False),
        ("how", " median ", "median"),
        ("markets", "h2h,spreads", ("h2h", "spreads")),
        ("markets", ["totals"], ("totals",)),
        ("markets", "", ()),
        ("age", "none", None),
        ("age", None, None),
        ("age", "2.5", 2.5),
    ],
)
def test_values_and_text_are_both_understood(name, given, value):
    found = read(**{name: given})[name]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("edge", "3%", "sample: edge is '3%', expected a number from 0 to 1"),
        ("edge", 1.01, "sample: edge is 1.01, expected a number from 0 to 1"),
        ("edge", -0.1, "sample: edge is -0.1, expected a number from 0 to 1"),
        ("edge", "nan", "sample: edge is 'nan', expected a number from 0 to 1"),
        ("edge", "inf", "sample: edge is 'inf', expected a number from 0 to 1"),
        ("edge", True, "sample: edge is True, expected a number from 0 to 1"),
        ("edge", None, "sample: edge is None, expected a number from 0 to 1"),
        ("books", "2.5", "sample: books is '2.5', expected a whole number of 1 or more"),
        ("books", 2.5, "sample: books is 2.5, expected a whole number of 1 or more"),
        ("books", 0, "sample: books is 0, expected a whole number of 1 or more"),
        ("ceiling", 10, "sample: ceiling is 10, expected a whole number of 9 or less"),
        ("free", "x", "sample: free is 'x', expected a number"),
        ("strict", "maybe", "sample: strict is 'maybe', expected true or false"),
        ("strict", 1, "sample: strict is 1, expected true or false"),
        ("how", "medain", "sample: how is 'medain', expected one of mean, median; did you mean 'median'?"),
        ("how", 3, "sample: how is 3, expected one of mean, median"),
        (
            "markets",
            "h2h,spread",
            "sample: markets is 'h2h,spread', expected names with commas between, of h2h, spreads, totals; "
            "did you mean 'spreads'?",
        ),
        ("markets", [1], "sample: markets is [1], expected names with commas between, of h2h, spreads, totals"),
        ("markets", 3, "sample: markets is 3, expected names with commas between, of h2h, spreads, totals"),
        ("age", "old", "sample: age is 'old', expected a number of 0 or more, or none"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(name, given, message):
    with pytest.raises(BadParameter) as refusal:
        read(**{name: given})
    assert str(refusal.value) == message


def test_a_misspelt_parameter_gets_the_nearest_name():
    with pytest.raises(BadParameter) as refusal:
        read(egde=1)
    assert str(refusal.value) == (
        "sample has no parameter 'egde'; did you mean 'edge'?; "
        "it has edge, books, strict, how, markets, age, ceiling, free"
    )


def test_a_type_that_text_cannot_be_read_as_is_refused():
    with pytest.raises(BadParameter, match="it can be of float, int, bool, str or tuple"):
        Parameter(complex, 1j)


def test_without_an_instance_the_declaration_is_seen():
    assert Sample.edge is DECLARED["edge"]
    assert Sample.edge.low == 0


@given(
    st.fixed_dictionaries(
        {
            "edge": st.floats(0, 1),
            "books": st.integers(1, 10**9),
            "strict": st.booleans(),
            "how": st.sampled_from(["mean", "median"]),
            "markets": st.lists(st.sampled_from(["h2h", "spreads", "totals"])).map(tuple),
            "age": st.none() | st.floats(0, 1e6),
        }
    )
)
def test_values_survive_json_and_the_command_line(values):
    assert read(**{name: as_json(value) for name, value in values.items()}).items() >= values.items()
    typed = {name: ",".join(value) if name == "markets" else str(value) for name, value in values.items()}
    typed["age"] = "none" if values["age"] is None else typed["age"]
    assert read(**typed).items() >= values.items()
