import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.tests.factories import make_event
from odds.tests.factories import make_bookmaker, make_odds, make_pair, make_snapshot
from quality import admin_decisions
from quality.choices import IssueType, ReviewState, Severity
from quality.models import DataQualityLog, Review

from .factories import SEEN, make_entry

pytestmark = pytest.mark.django_db

QUEUE = "/admin/quality/dataqualitylog/"
REVIEW = f"{QUEUE}review/"


@pytest.fixture
def reviewer(client: Client) -> Client:
    """Somebody who may see everything, without the time that hashing a password takes."""
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def onlooker(client: Client) -> Client:
    """Somebody who may look at entries and decide nothing."""
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_dataqualitylog"))
    client.force_login(user)
    return client


def page_of(client, url, query=None):
    response = client.get(url, query or {})
    assert response.status_code == 200
    return response.content.decode()


def listed(client, **query):
    """The ids of the entries in the queue, in its order."""
    return [int(pk) for pk in re.findall(r'name="_selected_action" value="(\d+)"', page_of(client, QUEUE, query))]


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# the queue


def test_queue_costs_the_same_for_3_entries_and_for_30(reviewer):
    def add(first, last):
        for number in range(first, last):
            make_entry(event=make_event(home_team=f"Home {number}"), bookmaker=f"book{number}")

    add(0, 3)
    few = queries(reviewer, QUEUE)
    add(3, 30)
    assert queries(reviewer, QUEUE) == few


def test_worst_comes_first_then_the_newest(reviewer):
    old = make_entry(severity=Severity.ERROR)
    new = make_entry(severity=Severity.ERROR, first_seen=SEEN + timedelta(hours=1))
    info = make_entry(severity=Severity.INFO, first_seen=SEEN + timedelta(hours=2))
    critical = make_entry(severity=Severity.CRITICAL)
    assert listed(reviewer) == [critical.pk, new.pk, old.pk, info.pk]


def test_queue_holds_what_waits_for_a_person_unless_asked_for_more(reviewer):
    standing = make_entry(severity=Severity.WARNING)
    over = make_entry(severity=Severity.WARNING, ended_at=SEEN + timedelta(hours=1))
    harmful = make_entry(severity=Severity.ERROR, ended_at=SEEN + timedelta(hours=1))
    dismissed = make_entry(review=ReviewState.DISMISSED)
    assert listed(reviewer) == [harmful.pk, standing.pk]
    assert listed(reviewer, state="standing") == [dismissed.pk, standing.pk]
    assert listed(reviewer, state="ended") == [harmful.pk, over.pk]
    assert listed(reviewer, state="dismissed") == [dismissed.pk]
    assert listed(reviewer, state="all") == [dismissed.pk, harmful.pk, over.pk, standing.pk]


@pytest.mark.parametrize(
    ("query", "over"),
    [
        ({"severity__exact": "critical"}, {"severity": Severity.CRITICAL}),
        ({"issue_type": "stale"}, {"issue_type": IssueType.STALE}),
        ({"bookmaker": "pinnacle"}, {"bookmaker": "pinnacle"}),
        ({"market": "totals"}, {"market": "totals"}),
        ({"sport_key": "icehockey_nhl"}, {"sport_key": "icehockey_nhl"}),
        (
            {"last_seen__year": 2026, "last_seen__month": 1, "last_seen__day": 20},
            {"first_seen": SEEN + timedelta(days=6)},
        ),
        ({"q": "fat finger"}, {"description": "A fat finger at 1.01"}),
    ],
)
def test_queue_is_narrowed_down(reviewer, query, over):
    make_entry()
    wanted = make_entry(**over)
    assert listed(reviewer, **query) == [wanted.pk]


def test_filters_offer_only_what_occurs(reviewer):
    make_entry(bookmaker="pinnacle", market="", issue_type=IssueType.STALE)
    page = page_of(reviewer, QUEUE)
    assert "?bookmaker=pinnacle" in page
    assert "?issue_type=stale" in page
    assert "?issue_type=malformed" not in page
    assert "By market" not in page


def test_counts_by_severity_lead_to_their_entries(reviewer):
    for severity in (Severity.ERROR, Severity.ERROR, Severity.INFO):
        make_entry(severity=severity)
    make_entry(severity=Severity.ERROR, review=ReviewState.ACKNOWLEDGED)
    context = reviewer.get(QUEUE, {"severity__exact": "info", "bookmaker": "fanduel"}).context
    counts = {each["severity"].value: each["count"] for each in context["severities"]}
    assert counts == {"critical": 0, "error": 2, "warning": 0, "info": 1}
    error = context["severities"][1]
    assert len(listed(reviewer, **dict(part.split("=") for part in error["url"][1:].split("&")))) == 2


def test_empty_queue_says_why(reviewer):
    assert "Nothing was found wrong so far" in page_of(reviewer, QUEUE)
    make_entry(review=ReviewState.CONFIRMED)
    assert "Nothing waits for review" in page_of(reviewer, QUEUE)
    assert "No entry fits" in page_of(reviewer, QUEUE, {"severity__exact": "info"})


def test_description_is_told_without_the_place_that_stands_beside_it(reviewer):
    event = make_event()
    make_entry(event=event, description=f"{event.title}, fanduel h2h: it is too good")
    assert re.search(r'<td class="field-what[^>]*>it is too good</td>', page_of(reviewer, QUEUE))


# an entry


def test_entry_shows_what_came_in_as_it_came(reviewer):
    entry = make_entry()
    with connection.cursor() as cursor:
        text = '{"price":1.10,"price":2}'
        cursor.execute("UPDATE quality_dataqualitylog SET raw_data = %s::json WHERE id = %s", [text, entry.pk])
    page = page_of(reviewer, f"{QUEUE}{entry.pk}/change/")
    assert "&quot;price&quot;: 1.10,\n  &quot;price&quot;: 2" in page


def test_entry_without_event_prices_or_raw_part_is_shown(reviewer):
    entry = make_entry(bookmaker="", market="", raw_data=None, issue_type=IssueType.UNREADABLE)
    page = page_of(reviewer, f"{QUEUE}{entry.pk}/change/")
    assert "there are no prices to compare" in page
    assert "No stored price depends on it: a decision only files the entry." in page
    assert "best odds" not in page


def test_entry_costs_the_same_for_few_prices_and_for_many(reviewer):
    event = make_event()
    entry = make_entry(event=event)

    def add(first, last):
        for number in range(first, last):
            make_pair(event, f"book{number}", prices={"away": +130, "home": -150})
            make_entry(event=event)

    add(0, 3)
    few = queries(reviewer, f"{QUEUE}{entry.pk}/change/")
    add(3, 30)
    assert queries(reviewer, f"{QUEUE}{entry.pk}/change/") == few


def test_instant_to_compare_at_can_be_chosen_and_nonsense_is_passed_over(reviewer):
    event = make_event()
    make_pair(event, prices={"away": +130, "home": -150})
    entry = make_entry(event=event)
    url = f"{QUEUE}{entry.pk}/change/"
    assert "All bookmakers at 2026-01-14 22:40:00 UTC" in page_of(reviewer, url, {"at": "2026-01-14T22:40:00+00:00"})
    for nonsense in ("yesterday", "2026-13-99T00:00:00Z", "2026-01-14T22:40:00", ""):
        assert "All bookmakers at 2026-01-14 22:30:00 UTC" in page_of(reviewer, url, {"at": nonsense})


def test_names_with_html_are_inert(reviewer):
    """Whatever a provider calls a team, a book or a market is text on every page of the queue."""
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{7*7}}'
    event = make_event(home_team=evil, away_team=evil)
    make_pair(event, evil, prices={"away": +130, "home": -150})
    entry = make_entry(
        event=event, bookmaker=evil, market="h2h", outcome=evil, description=evil, sport_key=evil, raw_data={evil: evil}
    )
    reviewer.post(REVIEW, {"ids": entry.pk, "state": "acknowledged", "note": evil})
    asked = {"action": "ask_dismissed", "_selected_action": entry.pk, "index": 0}
    pages = [
        page_of(reviewer, QUEUE, {"state": "all"}),
        page_of(reviewer, f"{QUEUE}{entry.pk}/change/"),
        reviewer.post(f"{QUEUE}?state=all", asked).content.decode(),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{7*7}}" in page


# decisions


def test_decision_on_an_entry_is_kept_with_who_when_and_why(reviewer):
    entry = make_entry()
    response = reviewer.post(REVIEW, {"ids": entry.pk, "state": "dismissed", "note": "A promotion", "one": "yes"})
    assert response.url.startswith(f"{QUEUE}{entry.pk}/change/")
    page = page_of(reviewer, response.url)
    assert "Dismissed: 1 entry" in page
    assert "A promotion" in page
    assert 'value="dismissed" class="button"' not in page
    entry.refresh_from_db()
    assert (entry.review, entry.reviews.get().reviewer.username) == ("dismissed", "admin")


@pytest.mark.parametrize("state", list(ReviewState))
def test_many_are_decided_upon_after_a_page_that_tells_what_follows(reviewer, state):
    before = ReviewState.CONFIRMED if state == ReviewState.OPEN else ReviewState.OPEN
    event = make_event()
    make_pair(event, prices={"away": +130, "home": -150}, validation_notes="booksum_below_one")
    ids = [make_entry(event=event, review=before).pk for _ in range(3)]
    make_entry(review=before)
    url = f"{QUEUE}?state=all&bookmaker=fanduel"
    asked = reviewer.post(url, {"action": f"ask_{state.value}", "_selected_action": ids, "index": 0})
    page = asked.content.decode()
    assert "3 entries" in page
    assert "2 stored prices of 1 event depend on them, 0 of them flagged." in page
    assert not Review.objects.exists()
    hidden = dict(re.findall(r'type="hidden" name="(ids|state|filters)" value="([^"]*)"', page))
    filters = hidden["filters"].replace("&amp;", "&")
    response = reviewer.post(REVIEW, {**hidden, "filters": filters, "note": "As agreed"})
    assert response.url == url
    assert set(DataQualityLog.objects.filter(review=state).values_list("pk", flat=True)) == set(ids)
    assert {review.note for review in Review.objects.all()} == {"As agreed"}


def test_every_entry_that_fits_the_filters_can_be_decided_upon_at_once(reviewer):
    DataQualityLog.objects.bulk_create(
        DataQualityLog(fingerprint=f"{number}", severity="info", issue_type="stale", first_seen=SEEN, last_seen=SEEN)
        for number in range(1_200)
    )
    everything = {"action": "ask_acknowledged", "_selected_action": [1], "select_across": 1, "index": 0}
    page = reviewer.post(QUEUE, everything).content.decode()
    assert "Acknowledge 1,200 entries" in page
    assert "and 1180 more" in page
    ids = re.search(r'name="ids" value="([^"]*)"', page)[1]
    reviewer.post(REVIEW, {"ids": ids, "state": "acknowledged"})
    assert Review.objects.count() == 1_200


def test_prices_of_too_many_events_are_not_judged_anew_in_one_request(reviewer, monkeypatch):
    monkeypatch.setattr(admin_decisions, "MOST_EVENTS", 1)
    ids = [make_entry(event=make_event(api_id=f"{number:032x}")).pk for number in range(2)]
    for state, refused in ((ReviewState.CONFIRMED, True), (ReviewState.ACKNOWLEDGED, False)):
        chosen = {"action": f"ask_{state.value}", "_selected_action": ids, "index": 0}
        page = reviewer.post(QUEUE, chosen, follow=True).content.decode()
        assert ("These entries are of 2 events, whose prices would all be judged anew" in page) is refused


def test_what_is_so_already_is_left_out_and_told(reviewer):
    entries = [make_entry(review=review) for review in (ReviewState.OPEN, ReviewState.DISMISSED)]
    asked = {"action": "ask_dismissed", "_selected_action": [entry.pk for entry in entries], "index": 0}
    page = reviewer.post(f"{QUEUE}?state=all", asked).content.decode()
    assert "Dismiss 1 entry" in page
    assert "1 more of those selected is so already" in page
    asked["_selected_action"] = entries[1].pk
    assert "Nothing to do" in reviewer.post(f"{QUEUE}?state=all", asked).content.decode()


@pytest.mark.parametrize("change", [{"ids": "1 OR 1"}, {"ids": ""}, {"state": "deleted"}, {"note": "x" * 2_001}])
def test_nonsense_decides_nothing(reviewer, change):
    posted = {"ids": make_entry().pk, "state": "dismissed", **change}
    page = reviewer.post(REVIEW, posted, follow=True).content.decode()
    assert "Nothing decided" in page
    assert not Review.objects.exists()


def test_decision_is_posted(reviewer):
    assert reviewer.get(REVIEW, {"ids": make_entry().pk, "state": "dismissed"}).status_code == 405


def test_onlooker_sees_everything_and_decides_nothing(onlooker):
    entry = make_entry()
    page = page_of(onlooker, QUEUE)
    assert "ask_dismissed" not in page
    assert "Dismiss" not in page_of(onlooker, f"{QUEUE}{entry.pk}/change/")
    assert onlooker.post(REVIEW, {"ids": entry.pk, "state": "dismissed"}).status_code == 403
    assert not Review.objects.exists()


def test_nothing_of_an_entry_is_edited_added_or_deleted(reviewer):
    entry = make_entry()
    assert reviewer.get(f"{QUEUE}add/").status_code == 403
    assert reviewer.post(f"{QUEUE}{entry.pk}/change/", {"severity": "info"}).status_code == 403
    assert reviewer.post(f"{QUEUE}{entry.pk}/delete/", {"post": "yes"}).status_code == 403


# the ways between an entry and what it is about


def test_entry_leads_to_its_event_snapshots_and_prices(reviewer):
    event = make_event(api_id="c7")
    first = make_snapshot(event, snapshot_time=SEEN)
    last = make_snapshot(event, snapshot_time=SEEN + timedelta(minutes=10))
    odds = make_odds(event)
    entry = make_entry(event=event, last_seen=last.snapshot_time)
    page = page_of(reviewer, f"{QUEUE}{entry.pk}/change/").replace("&amp;", "&")
    prices = f"/admin/odds/odds/?event=c7&bookmaker__id__exact={odds.bookmaker_id}&market__id__exact={odds.market_id}"
    for url in (
        f"/admin/events/event/{event.pk}/change/",
        f"/admin/odds/oddssnapshot/{first.pk}/change/",
        f"/admin/odds/oddssnapshot/{last.pk}/change/",
        prices,
    ):
        assert f'href="{url}"' in page
    assert "1 result" in page_of(reviewer, prices)


def test_new_bookmaker_leads_to_its_page(reviewer):
    book = make_bookmaker("novelbook")
    entry = make_entry(bookmaker="novelbook", market="", issue_type=IssueType.NEW_BOOKMAKER, is_derived=False)
    assert f'href="/admin/odds/bookmaker/{book.pk}/change/"' in page_of(reviewer, f"{QUEUE}{entry.pk}/change/")


@pytest.mark.parametrize(
    ("stored", "said", "unsaid"),
    [
        ([], "so no price of it is stored: a decision only files the entry.", "count again"),
        ([False], "1 stored price of 1 event depends on it, 1 of them flagged.", "they are left out of best odds"),
        ([True], "1 stored price of 1 event depends on it, 0 of them flagged.", "count again"),
    ],
)
def test_buttons_promise_what_will_happen(reviewer, stored, said, unsaid):
    event = make_event()
    make_pair(event, "draftkings", prices={"away": +130, "home": -150})
    for is_valid in stored:
        make_odds(event, is_valid=is_valid, validation_notes="booksum_below_one")
    kind = IssueType.BOOKSUM_BELOW_ONE if stored else IssueType.IMPOSSIBLE_QUOTE
    page = page_of(reviewer, f"{QUEUE}{make_entry(event=event, issue_type=kind).pk}/change/")
    assert said in page
    assert unsaid not in page


def test_what_is_left_out_comes_in_if_dismissed(reviewer, settings):
    settings.REJECT_INVALID_ODDS = True
    page = page_of(reviewer, f"{QUEUE}{make_entry(event=make_event()).pk}/change/")
    assert "what is flagged is left out, and comes in if dismissed" in page
    assert "the flagged prices count again" in page


def test_prices_and_events_lead_to_their_entries(reviewer):
    event = make_event(api_id="c7")
    odds = make_odds(event)
    entry = make_entry(event=event, review=ReviewState.DISMISSED)
    make_entry(event=event, bookmaker="draftkings")
    make_entry(event=make_event())
    of_price = page_of(reviewer, f"/admin/odds/odds/{odds.pk}/change/").replace("&amp;", "&")
    of_both = f"{QUEUE}?event=c7&bookmaker=fanduel&market=h2h&state=all"
    assert f'href="{of_both}">entries of this bookmaker and market (1)' in of_price
    assert listed(reviewer, event="c7", bookmaker="fanduel", market="h2h", state="all") == [entry.pk]
    of_event = page_of(reviewer, f"/admin/events/event/{event.pk}/change/").replace("&amp;", "&")
    assert f'href="{QUEUE}?event=c7&state=all">quality log (2)' in of_event
    assert "/admin/odds/odds/?event=c7" in of_event
