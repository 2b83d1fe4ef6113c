from datetime import timedelta

import pytest

from odds.tests.factories import make_event, make_odds, make_pair, make_snapshot
from quality.choices import IssueType
from quality.comparison import MOST_ROWS, compare, prices_in_question
from quality.models import DataQualityLog

from .factories import SEEN, make_entry

pytestmark = pytest.mark.django_db

NOTED = "booksum_below_one"  # as a price with the fault of `make_entry` has it


def after(minutes):
    return SEEN + timedelta(minutes=minutes)


def moved(event, *prices, bookmaker="fanduel", market="h2h", since=0):
    """Pairs of (away, home) prices that followed each other, ten minutes each; None stands for nothing on offer."""
    moves = [after(since + 10 * number) for number in range(len(prices))]
    for number, pair in enumerate(prices):
        if pair:
            until = moves[number + 1] if number + 1 < len(moves) else None
            sides = dict(zip(("away", "home"), pair, strict=True))
            make_pair(
                event,
                bookmaker,
                market,
                prices=sides,
                odds_timestamp=moves[number],
                valid_until=until,
                validation_notes=NOTED,
            )


def shown(table):
    """Of each row the time, the prices under each heading, the overround and whether the entry is about it."""
    return [
        (
            row.bookmaker,
            f"{row.since:%H:%M}",
            [" ".join(price.price for price in cell) for cell in row.cells],
            row.overround,
            row.in_question,
        )
        for row in table.rows
    ]


def test_moves_of_the_bookmaker_around_the_fault():
    event = make_event()
    moved(event, *[(+100 + step, -120 - step) for step in range(10)])
    entry = make_entry(event=event, first_seen=after(40), last_seen=after(50), ended_at=after(60))
    history = compare(entry).history
    assert history.headings == ("Boston Celtics", "Los Angeles Lakers")
    assert [(f"{row.since:%H:%M}", row.in_question) for row in history.rows] == [
        ("22:40", False), ("22:50", False), ("23:00", False),
        ("23:10", True), ("23:20", True),
        ("23:30", False), ("23:40", False), ("23:50", False),
    ]  # fmt: skip
    assert history.rows[3].cells[0][0].price == "+104"
    assert history.rows[3].cells[0][0].implied == "49.0 %"
    assert history.rows[3].overround == "4.4 %"


def test_price_that_stood_before_the_fault_was_first_seen_is_in_question():
    event = make_event()
    moved(event, (+100, -120), (+105, -125))
    history = compare(make_entry(event=event, first_seen=after(13))).history
    assert [row.in_question for row in history.rows] == [False, True]


def test_withdrawal_is_a_move_with_nothing_on_offer():
    event = make_event()
    moved(event, (+100, -120), None, (+105, -125))
    rows = shown(compare(make_entry(event=event)).history)
    assert [row[2] for row in rows] == [["+100", "-120"], ["", ""], ["+105", "-125"]]
    assert rows[1][3] == "–"


def test_other_bookmakers_at_the_instant_with_the_best_valid_price():
    event = make_event()
    make_snapshot(event, snapshot_time=SEEN)
    make_pair(event, "fanduel", prices={"away": +300, "home": -150}, is_valid=False, validation_notes=NOTED)
    make_pair(event, "draftkings", prices={"away": +130, "home": -150})
    make_pair(event, "betmgm", prices={"away": +125, "home": -145})
    make_odds(event, "fanduel", "totals", "over", validation_notes=NOTED)
    table = compare(make_entry(event=event)).books
    assert [row.bookmaker for row in table.rows] == ["fanduel", "betmgm", "draftkings"]
    assert [row.in_question for row in table.rows] == [True, False, False]
    assert [
        (row.bookmaker, price.price) for row in table.rows for cell in row.cells for price in cell if price.is_best
    ] == [
        ("betmgm", "-145"),
        ("draftkings", "+130"),
    ]
    assert not table.rows[0].cells[0][0].is_valid


def test_comparison_at_another_instant():
    event = make_event()
    moved(event, (+100, -120), (+105, -125), bookmaker="draftkings")
    moved(event, (+101, -121))
    entry = make_entry(event=event, last_seen=after(5), ended_at=after(8))
    assert [row[2] for row in shown(compare(entry).books)] == [["+101", "-121"], ["+100", "-120"]]
    later = compare(entry, after(12))
    assert later.moment == after(12)
    assert [row[2] for row in shown(later.books)] == [["+101", "-121"], ["+105", "-125"]]
    assert not any(row.in_question for row in later.books.rows)


def test_spreads_show_points_and_are_compared_at_equal_ones():
    event = make_event()
    make_pair(event, "fanduel", "spreads", prices={"away": +120, "home": -110}, point=-3.5)
    make_pair(event, "draftkings", "spreads", prices={"away": +130, "home": -150}, point=-4)
    rows = compare(make_entry(event=event, market="spreads")).books.rows
    assert [price.point for row in rows for cell in row.cells for price in cell] == ["+3.5", "-3.5", "+4", "-4"]
    assert all(price.is_best for row in rows for cell in row.cells for price in cell)


def test_entry_about_one_outcome_questions_no_other():
    event = make_event()
    make_pair(event, prices={"away": +300, "home": -150}, validation_notes=NOTED)
    [row] = compare(make_entry(event=event, outcome="Boston Celtics")).books.rows
    assert [price.in_question for cell in row.cells for price in cell] == [True, False]


def test_outcome_of_a_player_is_named_with_him():
    event = make_event()
    for player in ("LeBron James", "Jayson Tatum"):
        make_odds(event, market="player_points", side="over", description=player, point=25.5, validation_notes=NOTED)
    entry = make_entry(event=event, market="player_points", outcome="LeBron James Over")
    assert [(row.description, row.in_question) for row in compare(entry).books.rows] == [
        ("Jayson Tatum", False),
        ("LeBron James", True),
    ]
    assert prices_in_question(DataQualityLog.objects.all()).get().outcome.description == "LeBron James"


def test_outcomes_without_sides_are_named_in_their_cells():
    event = make_event()
    for team in ("Boston Celtics", "Miami Heat"):
        make_odds(event, market="outrights", side="other", name=team, price=+500)
    table = compare(make_entry(event=event, market="outrights")).books
    assert table.headings == ("Outcome",)
    assert [price.name for price in table.rows[0].cells[0]] == ["Boston Celtics", "Miami Heat"]


def test_long_tables_say_what_they_leave_out():
    event = make_event()
    for number in range(MOST_ROWS + 5):
        make_odds(event, f"book{number:03}")
    table = compare(make_entry(event=event)).books
    assert (len(table.rows), table.left_out) == (MOST_ROWS, 5)


def test_entry_about_no_market_of_an_event_has_nothing_to_compare():
    assert compare(make_entry()) is None
    assert compare(make_entry(event=make_event(), market="")) is None


def test_entry_about_no_one_bookmaker_has_the_market_without_a_history():
    event = make_event()
    make_odds(event)
    comparison = compare(make_entry(event=event, bookmaker=""))
    assert comparison.history is None
    assert len(comparison.books.rows) == 1


def test_event_without_prices_has_empty_tables():
    comparison = compare(make_entry(event=make_event()))
    assert (comparison.history.rows, comparison.books.rows) == ((), ())


def test_comparison_costs_the_same_for_few_prices_and_for_many(django_assert_num_queries):
    event = make_event()
    make_snapshot(event, snapshot_time=SEEN)
    for number in range(20):
        make_pair(event, f"book{number}", prices={"away": +130, "home": -150})
    entry = make_entry(event=event)
    with django_assert_num_queries(5):
        compare(entry)


def test_two_sides_whose_points_do_not_fit_share_a_row():
    event = make_event()
    for minutes, under in ((0, 224.5), (10, 223.5), (20, 224.5)):
        times = {"odds_timestamp": after(minutes), "valid_until": after(minutes + 10)}
        fits = under == 224.5
        notes = "" if fits else "inconsistent_pair"
        make_odds(event, "fanduel", "totals", "under", point=under, validation_notes=notes, **times)
        if minutes != 20:
            make_odds(event, "fanduel", "totals", "over", point=224.5, validation_notes=notes, **times)
    make_odds(event, "betmgm", "totals", "over", point=230)
    place = {"event": event, "market": "totals", "issue_type": IssueType.INCONSISTENT_PAIR}
    comparison = compare(make_entry(**place, first_seen=after(10), ended_at=after(20)))
    points = [[price.point for cell in row.cells for price in cell] for row in comparison.history.rows]
    assert points[:3] == [["224.5", "224.5"], ["224.5", "223.5"], ["224.5"]]
    assert [row.in_question for row in comparison.history.rows][:3] == [False, True, False]
    assert comparison.history.rows[1].overround == "–"
    assert [row.bookmaker for row in comparison.books.rows] == ["fanduel", "betmgm"]


def test_price_beside_a_quote_that_was_left_out_is_not_in_question():
    event = make_event()
    make_odds(event, validation_notes="incomplete_market")
    entry = make_entry(event=event, issue_type=IssueType.IMPOSSIBLE_QUOTE)
    assert not prices_in_question(DataQualityLog.objects.all()).exists()
    assert [row.in_question for row in compare(entry).books.rows] == [False]


def test_movement_questions_the_prices_that_came_with_it_alone():
    event = make_event()
    for minutes, price in ((0, +100), (10, +300), (20, -400)):
        times = {"odds_timestamp": after(minutes), "valid_until": after(minutes + 30)}
        make_odds(event, price=price, validation_notes="line_movement", **times)
    make_entry(event=event, issue_type=IssueType.LINE_MOVEMENT, first_seen=after(10), ended_at=after(40))
    assert prices_in_question(DataQualityLog.objects.all()).get().price == 300


def test_no_name_of_a_type_is_part_of_another():
    """Else a price would be taken for one with a fault that another one's name ends with."""
    assert not [(each, other) for each in IssueType for other in IssueType if each != other and each in other]


def test_prices_in_question_stood_while_the_fault_did():
    event = make_event()
    moved(event, (+100, -120), (+105, -125), (+110, -130), (+115, -135))
    moved(event, (+100, -120), bookmaker="draftkings")
    make_odds(event, "fanduel", "totals", "over", validation_notes=NOTED)
    make_odds(make_event())
    make_entry(event=event, first_seen=after(10), last_seen=after(20), ended_at=after(30))
    make_entry(event=event, outcome="Boston Celtics", first_seen=after(35))
    found = prices_in_question(DataQualityLog.objects.all()).order_by("price").values_list("price", flat=True)
    assert list(found) == [-130, -125, 105, 110, 115]


@pytest.mark.parametrize(
    ("place", "count"),
    [
        ({"bookmaker": "", "market": ""}, 5),
        ({"market": ""}, 3),
        ({"bookmaker": ""}, 4),
        ({"bookmaker": "bovada"}, 0),
        ({"event": None}, 0),
        ({"is_derived": False}, 0),
    ],
)
def test_entry_about_no_one_bookmaker_or_market_questions_all_of_them(place, count):
    event = make_event()
    moved(event, (+100, -120))
    moved(event, (+100, -120), bookmaker="draftkings")
    make_odds(event, "fanduel", "totals", "over", validation_notes=NOTED)
    make_odds(make_event())
    make_entry(**{"event": event, **place})
    assert prices_in_question(DataQualityLog.objects.all()).count() == count
