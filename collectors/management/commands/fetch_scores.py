from collectors.budget import SCORES_DAYS
from collectors.choices import Job
from collectors.fetching import FetchCommand
from collectors.the_odds_api.endpoints import Call, scores


class Command(FetchCommand):
    help = "Fetch the scores of the last three days. Free where no result is missing."
    job = Job.FETCH_SCORES

    def paid_call(self, sport_key: str) -> Call:
        return scores(sport_key, SCORES_DAYS)
