"""Debian's python3-caldav against a running twin: Ann meets Bob in a room, having asked when both are free."""
import datetime
import sys

import caldav

url, ca = sys.argv[1:]


def person(name):
    client = caldav.DAVClient(url, username=name, password="secret-words", ssl_verify_cert=ca)
    assert client.check_scheduling_support()
    return client.principal()


ann, bob = person("ann"), person("bob")
assert ann.calendar_user_address_set()[0] == "mailto:ann@localhost", ann.calendar_user_address_set()
library = "mailto:library@localhost"

year = datetime.datetime.now().year + 1


def at(hour):
    return datetime.datetime(year, 3, 2, hour, tzinfo=datetime.timezone.utc)


def calendar(who):
    return [one for one in who.calendars() if one.name == "Calendar"][0]


def meeting(uid, start):
    return f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART:{start:%Y%m%dT%H%M%SZ}
DURATION:PT1H
SUMMARY:{uid}
END:VEVENT
END:VCALENDAR
"""


def partstats(event):
    event.load()
    lines = event.icalendar_component["attendee"]
    return {str(line).lower(): line.params["partstat"] for line in lines}


def busy():
    """Its own parser takes the answer for a multistatus: what the server sent is looked at instead."""
    answers = []
    send = ann.client.post
    ann.client.post = lambda *args, **more: answers.append(send(*args, **more)) or answers[-1]
    ann.freebusy_request(at(0), at(23), ["mailto:bob@localhost", library])
    ann.client.post = send
    raw = answers[0].raw
    return (raw if isinstance(raw, str) else raw.decode()).replace("\r\n ", "")


calendar(bob).save_event(meeting("dentist", at(10)))
text = busy()
assert f"FREEBUSY:{at(10):%Y%m%dT%H%M%SZ}/{at(11):%Y%m%dT%H%M%SZ}" in text, text
assert text.count("2.0;Success") == 2 and "dentist" not in text, text

calendar(ann).save_with_invites(meeting("planning", at(14)), ["mailto:bob@localhost", library])
own = calendar(ann).event_by_uid("planning")
assert partstats(own)[library] == "ACCEPTED", partstats(own)
assert partstats(own)["mailto:bob@localhost"] == "NEEDS-ACTION", partstats(own)

[invitation] = bob.schedule_inbox().get_items()
assert invitation.is_invite_request(), invitation.data
invitation.delete()
copy = calendar(bob).event_by_uid("planning")
copy.change_attendee_status(partstat="ACCEPTED")
copy.save()
assert partstats(own)["mailto:bob@localhost"] == "ACCEPTED", partstats(own)

calendar(bob).save_with_invites(meeting("other", at(14)), ["mailto:ann@localhost", library])
assert partstats(calendar(bob).event_by_uid("other"))[library] == "DECLINED"
print("done")
