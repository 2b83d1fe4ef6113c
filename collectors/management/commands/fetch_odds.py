from collectors.choices import Job
from collectors.fetching import FetchCommand
from collectors.the_odds_api.endpoints import Call, odds
from collectors.wanted import wanted_of_settings


class Command(FetchCommand):
    help = "Fetch the odds on offer now and store them, raw and normalised. Free where no game is still to begin."
    job = Job.FETCH_ODDS

    def paid_call(self, sport_key: str) -> Call:
        return odds(sport_key, wanted_of_settings())
