"""Debian's python3-caldav and python3-icalendar against a running twin: a file of events in, one out, and attachments."""
import json
import sys

import caldav
import icalendar

url, ca = sys.argv[1:]
client = caldav.DAVClient(url, username="ann", password="secret-words", ssl_verify_cert=ca)
calendar = client.principal().calendar(name="Calendar")

ZONE = """BEGIN:VTIMEZONE
TZID:Invented
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0545
TZOFFSETTO:+0545
END:STANDARD
END:VTIMEZONE
"""


def event(uid, *lines):
    inside = "\n".join(lines)
    return f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260101T000000Z\n{inside}\nEND:VEVENT\n"


stream = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\nMETHOD:PUBLISH\n"
    + ZONE
    + event("zoned", "DTSTART;TZID=Invented:20260301T120000", "SUMMARY:Müll; raus\\, bald")
    + event("weekly", "DTSTART:20260302T090000Z", "RRULE:FREQ=WEEKLY;COUNT=10")
    + event("weekly", "RECURRENCE-ID:20260309T090000Z", "DTSTART:20260309T100000Z")
    + event("broken", "SUMMARY:no start")
    + "END:VCALENDAR\n"
)
answer = client.request(str(calendar.url), "POST", stream, {"Content-Type": "text/calendar"})
assert answer.status == 200, answer.status
report = json.loads(answer.raw)
assert (report["imported"], report["refused"]) == (2, 1), report
assert report["refusals"][0]["uid"] == "broken", report

weekly = calendar.event_by_uid("weekly")
attach = {"Content-Type": "text/plain", "Content-Disposition": 'attachment; filename="agenda.txt"'}
answer = client.request(str(weekly.url) + "?action=attachment-add&rid=M", "POST", "the agenda", attach)
assert answer.status == 201, answer.status
weekly.load()
master = [one for one in weekly.icalendar_instance.walk("VEVENT") if "RECURRENCE-ID" not in one][0]
assert master["ATTACH"].params["FILENAME"] == "agenda.txt", master["ATTACH"].params
assert master["ATTACH"].params["MANAGED-ID"] == answer.headers["Cal-Managed-ID"]
kept = client.request(str(master["ATTACH"]))
assert (kept.status, kept.raw) == (200, b"the agenda"), (kept.status, kept.raw)

answer = client.request(str(calendar.url), headers={"Accept": "text/calendar"})
exported = icalendar.Calendar.from_ical(answer.raw)
assert [str(zone["TZID"]) for zone in exported.walk("VTIMEZONE")] == ["Invented"]
found = {(str(one["UID"]), "RECURRENCE-ID" in one): one for one in exported.walk("VEVENT")}
assert sorted(found) == [("weekly", False), ("weekly", True), ("zoned", False)], found
zoned = found[("zoned", False)]
assert str(zoned["SUMMARY"]) == "Müll; raus, bald"
assert zoned["DTSTART"].dt.utcoffset().total_seconds() == 20700
print("done")
