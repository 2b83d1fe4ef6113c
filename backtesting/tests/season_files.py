"""What a strategy would have bet on a season, worked out in pandas from the files alone, without code of the project.

A quote is a closing price of one bookmaker: its columns are those of `GAME`, market, side, point (NaN head to head),
`number` (the point as away or over and under have it, so that both sides of a line share one), book, desk (of a book
that copies another one that other), decimal, and for all prices of a complete line `fair`, the chance without margin.
"""

import numpy as np
import pandas

GAME = ["day", "away", "home"]
LINE = [*GAME, "market", "number"]
BOOKS = {
    "pinnacle": "pinnacle", "fiveDimes": "fivedimes", "bookmaker": "bookmaker_eu", "BOL": "betonlineag",
    "Bovada": "bovada", "Heritage": "heritage", "Intertops": "intertops", "youwager": "youwager",
    "justbet": "justbet", "sportsbet": "sportsbet_ag",
}  # fmt: skip
COPIES = {"justbet": "bookmaker_eu", "sportsbet_ag": "betonlineag"}
# '+157', '-10½\N{NO-BREAK SPACE}-110', '213\N{NO-BREAK SPACE}+101', 'PK-110'; a lone no-break space is no quote.
QUOTE = r"^(?:(?P<point>PK|[+-]?\d+½?)\s?)?(?P<price>[+-]\d{3,})$"
ULP = 1e-9


def read_quotes(path):
    """The closing quotes of a file of several bookmakers."""
    rows = read_games(path)
    rows["market"] = rows.bet_type.map({"moneyline": "h2h", "spread": "spreads", "total": "totals"})
    columns = [book + place for book in BOOKS for place in "12"]
    found = rows.melt([*GAME, "market"], columns, "column", "text").dropna()
    found = found.join(found.text.str.extract(QUOTE)).dropna(subset="price")
    is_total, is_first = found.market == "totals", found.column.str.endswith("1")
    found["side"] = np.where(is_total, np.where(is_first, "over", "under"), np.where(is_first, "away", "home"))
    found["point"] = found.point.str.replace("PK", "0").str.replace("½", ".5").astype(float)
    found["number"] = found.point.where(found.side != "home", -found.point).fillna(0) + 0.0
    found["book"] = found.column.str[:-1].map(BOOKS)
    found["desk"] = found.book.replace(COPIES)
    price = found.price.astype(int)
    found["decimal"] = 1 + np.where(price > 0, price / 100, 100 / price.abs())
    return with_chances(found.drop(columns=["column", "text"]).assign(price=price))


def with_chances(quotes):
    """Quotes with fair chances, by each book's own line; without those of a book whose sides are at two numbers."""
    at_one_number = quotes.groupby([*GAME, "market", "book"]).number.transform("nunique") == 1
    quotes = quotes[at_one_number]
    quotes.attrs["at_two_numbers"] = int((~at_one_number).sum())
    line = (1 / quotes.decimal).groupby([quotes[name] for name in (*LINE, "book")])
    return quotes.assign(fair=(1 / quotes.decimal / line.transform("sum")).where(line.transform("size") == 2))


def read_scores(path, first_year, books_path):
    """The games of a season sheet, two rows each, with their final scores; those of the books' file where it has none.

    Less than the four quarters together is no final score.
    """
    rows = pandas.read_excel(path).dropna(how="all")
    rows["score"] = rows.Final.where(rows.Final >= rows[["1st", "2nd", "3rd", "4th"]].sum(axis=1))
    away, home = (rows.iloc[place::2].reset_index(drop=True) for place in (0, 1))
    days = (first_year + (away.Date < 900)) * 10_000 + away.Date  # 1025 is 25 October, 101 is 1 January
    teams = {"day": days.astype(str), "away": away.Team.map(squeezed), "home": home.Team.map(squeezed)}
    scores = pandas.DataFrame(teams | {"away_score": away.score, "home_score": home.score}).set_index(GAME)
    scores.attrs["without"] = [" ".join(game) for game in scores[scores.isna().any(axis=1)].index]
    of_books = read_games(books_path).drop_duplicates(GAME).set_index(GAME)[["away_score", "home_score"]]
    return scores.fillna(of_books.apply(pandas.to_numeric)).reset_index()


def read_games(path):
    """The rows of a file of several bookmakers, three for each game. Some have no teams."""
    rows = pandas.read_csv(path, dtype=str).dropna(subset=["away_Team", "home_Team"])
    return rows.assign(day=rows.Date, away=rows.away_Team.map(squeezed), home=rows.home_Team.map(squeezed))


def squeezed(team):
    """'L.A. Lakers' and 'LALakers' as one name."""
    return team.replace(".", "").replace(" ", "").lower()


def expected_value(quotes, min_ev=0.03, suspect_above=0.15):
    """In each market of a game the price that is worth most by Pinnacle's line at the same number."""
    sharp = quotes[quotes.book == "pinnacle"][[*LINE, "side", "fair"]].dropna()
    others = quotes[quotes.book != "pinnacle"].drop(columns="fair").merge(sharp)
    return best(others, min_ev, suspect_above)


def consensus_outlier(quotes, min_ev=0.03, suspect_above=0.15, min_books=3):
    """The same by the median of all other desks, each with its own line; a copy speaks where the original is silent."""
    lines = quotes.dropna(subset="fair").sort_values("book", key=lambda books: books.isin(COPIES), kind="stable")
    lines = lines.drop_duplicates([*LINE, "side", "desk"])[[*LINE, "side", "desk", "fair"]]
    pairs = quotes.drop(columns="fair").merge(lines, on=[*LINE, "side"], suffixes=("", "_of_other"))
    heard = pairs[pairs.desk != pairs.desk_of_other].groupby([*LINE, "side", "book"], as_index=False)
    others = heard.agg(fair=("fair", "median"), desks=("fair", "size"))
    return best(quotes.drop(columns="fair").merge(others[others.desks >= min_books]), min_ev, suspect_above)


def best(judged, min_ev, suspect_above):
    judged = judged.assign(edge=judged.fair * judged.decimal - 1)
    wanted = judged[(judged.edge >= min_ev - ULP) & (judged.edge < suspect_above - ULP)]
    in_order = wanted.sort_values(["edge", "decimal", "book", "side"], ascending=[False, False, True, True])
    return in_order.drop_duplicates([*GAME, "market"]).assign(stake=100.0)


def favourite(quotes):
    """The side that pays less, at the book that pays most for it; where both pay the same there is none."""
    offers = quotes[quotes.market == "h2h"].sort_values(["decimal", "book"], ascending=[False, True])
    offers = offers.drop_duplicates([*GAME, "side"])
    prices = offers.groupby(GAME).decimal
    return offers[(offers.decimal == prices.transform("min")) & (prices.transform("nunique") == 2)].assign(stake=100.0)


def arbitrage(quotes, min_profit_margin=0.01, suspect_above=0.08):
    """At each number of a game the two sides at different desks that win most together, whoever wins."""
    away, home = (quotes[quotes.side.isin(sides)] for sides in (("away", "over"), ("home", "under")))
    pairs = away.merge(home, on=LINE, suffixes=("_1", "_2"))
    pairs = pairs[pairs.desk_1 != pairs.desk_2]
    pairs["total"] = 1 / pairs.decimal_1 + 1 / pairs.decimal_2
    pairs = pairs.sort_values(["total", "book_2", "book_1"]).drop_duplicates(LINE)
    profit = 1 / pairs.total - 1
    pairs = pairs[(profit >= min_profit_margin - ULP) & (profit < suspect_above - ULP)]
    legs = [pairs.rename(columns=lambda name, place=place: name.removesuffix(place)) for place in ("_1", "_2")]
    return pandas.concat([leg[[*LINE, "side", "point", "book", "price", "decimal"]].assign(
        stake=100 / leg.decimal / leg.total) for leg in legs])  # fmt: skip


def settled(bets, scores):
    """The bets on games of the sheet, with state and profit."""
    bets = bets.merge(scores, on=GAME)
    lead, sum_ = bets.home_score - bets.away_score, bets.home_score + bets.away_score
    ahead = np.select(
        [bets.side == side for side in ("home", "away", "over", "under")],
        [lead + bets.point.fillna(0), bets.point.fillna(0) - lead, sum_ - bets.point, bets.point - sum_],
    )
    bets["state"] = np.sign(ahead)
    bets["profit"] = bets.stake * np.select([ahead > 0, ahead < 0], [bets.decimal - 1, -1.0], 0.0)
    return bets.replace({"state": {1: "won", -1: "lost", 0: "push"}})
