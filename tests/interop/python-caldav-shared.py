"""Debian's python3-caldav with a calendar that one shares and the other takes, and with a calendar proxy."""
import re
import sys

import caldav

url, ca = sys.argv[1:]


def client(name):
    return caldav.DAVClient(url, username=name, password="secret-words", ssl_verify_cert=ca)


def at(path):
    return url + path


def event(uid):
    return f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
DURATION:PT1H
SUMMARY:{uid}
END:VEVENT
END:VCALENDAR
"""


CS = "http://calendarserver.org/ns/"
XML = {"Content-Type": "application/xml; charset=utf-8"}
ann, bob = client("ann"), client("bob")


def share(access):
    body = f'<CS:share xmlns:D="DAV:" xmlns:CS="{CS}"><CS:set><D:href>mailto:bob@localhost</D:href><CS:{access}/></CS:set></CS:share>'
    assert ann.post(at("calendars/ann/calendar/"), body, XML).status == 200


share("read-write")
assert sorted(calendar.name for calendar in bob.principal().calendars()) == ["Calendar", "Tasks"]
listing = bob.propfind(at("notifications/bob/"), "", 1)
(uid,) = set(re.findall(r"invite-\d+(?=\.xml)", str(listing.raw)))
reply = f'<CS:invite-reply xmlns:CS="{CS}"><CS:invite-accepted/><CS:in-reply-to>{uid}</CS:in-reply-to></CS:invite-reply>'
assert "/dav/calendars/bob/calendar-ann/" in str(bob.post(at("calendars/bob/"), reply, XML).raw)


def shared():
    return next(one for one in bob.principal().calendars() if one.url.path.endswith("/calendar-ann/"))


shared().save_event(event("from-bob"))
hers = next(one for one in ann.principal().calendars() if one.name == "Calendar")
assert [one.icalendar_component["summary"] for one in hers.events()] == ["from-bob"]
hers.save_event(event("from-ann"))
assert len(shared().events()) == 2
objects = shared().objects_by_sync_token(load_objects=True)
hers.event_by_uid("from-bob").delete()
objects.sync()
assert len(list(objects)) == 1

share("read")
assert len(shared().events()) == 1
try:
    shared().save_event(event("refused"))
    raise SystemExit("a reader wrote")
except caldav.lib.error.DAVError:
    pass
shared().delete()
assert len(hers.events()) == 1
assert sorted(calendar.name for calendar in bob.principal().calendars()) == ["Calendar", "Tasks"]

members = '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:group-member-set><D:href>/dav/principals/bob/</D:href></D:group-member-set></D:prop></D:set></D:propertyupdate>'
assert ann.proppatch(at("principals/ann/calendar-proxy-write/"), members).status == 207
home = caldav.CalendarSet(bob, url=at("calendars/ann/"))
proxied = next(one for one in home.calendars() if one.name == "Calendar")
proxied.save_event(event("by-proxy"))
assert len(hers.events()) == 2
print("done")
