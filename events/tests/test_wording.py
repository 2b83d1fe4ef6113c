from events.wording import plural


def test_one_is_not_many():
    assert (plural(0, "bet"), plural(1, "bet"), plural(1_200, "bet")) == ("0 bets", "1 bet", "1,200 bets")


def test_what_ends_otherwise_is_told():
    assert (plural(1, "entry", "entries"), plural(2, "entry", "entries")) == ("1 entry", "2 entries")
