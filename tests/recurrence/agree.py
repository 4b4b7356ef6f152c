# Answers for dateutil (an implementation of its own) what each case of the corpus gives: reads a list of
# {start, zone, date, rules, rdates, exdates, most} from stdin, writes a list of instants in milliseconds UTC a case.
# Sets are made here, by instant; of dateutil only the rules are asked.
import json
import sys
from datetime import datetime, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr


def instant(text, zone):
    utc = text.endswith("Z")
    text = text.rstrip("Z")
    form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    time = datetime.strptime(text, form)
    # dateutil wants UNTIL to be as naive as DTSTART: dates and floating times stay naive.
    return time.replace(tzinfo=timezone.utc if utc else ZoneInfo(zone) if zone else None)


def milliseconds(time):
    return int((time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp()) * 1000


def answer(case):
    start = instant(case["start"], case["zone"])
    found = {milliseconds(start)}
    for rule in case["rules"]:
        try:
            times = rrulestr(rule, dtstart=start)
        except ValueError:  # dateutil refuses steps that never meet the hours or minutes asked for
            continue
        found.update(milliseconds(time) for time in islice(times, case["most"] + len(case["exdates"])))
    found.update(milliseconds(instant(*one)) for one in case["rdates"])
    found.difference_update(milliseconds(instant(*one)) for one in case["exdates"])
    return sorted(found)[: case["most"]]


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
