"""No text becomes a formula and no number is changed, whatever they are."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from odds.exports.columns import Kind
from odds.exports.csv_file import as_text
from odds.exports.guard import RISKY, guarded

TEXTS = st.one_of(st.text(max_size=20), st.builds(str.__add__, st.sampled_from(RISKY), st.text(max_size=5)))


def cells(values, kind: Kind, type_: pa.DataType) -> list[str | None]:
    return as_text(pa.chunked_array([pa.array(values, type_)]), kind).to_pylist()


@given(st.lists(TEXTS | st.none()))
def test_no_text_begins_like_a_formula_and_none_is_lost(texts):
    shown = guarded(pa.chunked_array([pa.array(texts, pa.string())])).to_pylist()
    for text, cell in zip(texts, shown, strict=True):
        assert cell == (f"'{text}" if text and text[0] in RISKY else text)


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_whole_numbers_are_never_touched(numbers):
    assert cells(numbers, Kind.WHOLE, pa.int32()) == [str(number) for number in numbers]


@given(st.lists(st.decimals("-999999.999", "999999.999", places=3)))
def test_points_are_exact(points):
    assert [Decimal(cell) for cell in cells(points, Kind.POINT, pa.decimal128(9, 3))] == points


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_floats_are_exact(numbers):
    assert [float(cell) for cell in cells(numbers, Kind.FLOAT, pa.float64())] == numbers


@given(st.lists(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), min_size=1))  # noqa: DTZ001 - a zone follows
def test_times_are_exact(naive):
    moments = [moment.replace(tzinfo=UTC) for moment in naive]
    shown = cells(moments, Kind.TIME, pa.timestamp("us", "UTC"))
    assert [datetime.fromisoformat(cell) for cell in shown] == moments


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2)))
def test_what_is_written_is_read_back(rows):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    file.seek(0)
    assert list(csv.reader(file)) == rows
