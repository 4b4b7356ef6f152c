"""Debian's python3-caldav against a running twin: makes a calendar, and finds in it what it put there."""
import datetime
import sys

import caldav

url, ca = sys.argv[1:]
client = caldav.DAVClient(url, username="ann", password="secret-words", ssl_verify_cert=ca)
principal = client.principal()
names = sorted(calendar.name for calendar in principal.calendars())
assert names == ["Calendar", "Tasks"], names

work = principal.make_calendar(name="Work", cal_id="work", supported_calendar_component_set=["VEVENT", "VTODO"])
assert work.id == "work"
work.set_properties([caldav.elements.dav.DisplayName("Office")])
assert work.get_properties([caldav.elements.dav.DisplayName()])["{DAV:}displayname"] == "Office"

text = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
DTSTART:20260302T090000Z
DURATION:PT1H
RRULE:FREQ=WEEKLY;COUNT=10
SUMMARY:Weekly
END:VEVENT
END:VCALENDAR
"""
event = work.save_event(text)
assert event.url.path.startswith("/dav/calendars/ann/work/")
todo = work.save_todo(
    text.replace("VEVENT", "VTODO")
    .replace("UID:weekly", "UID:pay")
    .replace("RRULE:FREQ=WEEKLY;COUNT=10\n", "")
    .replace("SUMMARY:Weekly", "SUMMARY:Pay")
)


def day(month, number):
    return datetime.datetime(2026, month, number, tzinfo=datetime.timezone.utc)


found = work.date_search(start=day(3, 9), end=day(3, 10), expand=False)
assert [one.url for one in found] == [event.url], found
expanded = work.date_search(start=day(3, 1), end=day(3, 31), expand=True)
assert "RECURRENCE-ID" in "".join(one.data for one in expanded)
assert "RRULE" not in "".join(one.data for one in expanded)
assert work.date_search(start=day(7, 1), end=day(7, 2), expand=False) == []
assert len(work.todos()) == 1
assert work.event_by_uid("weekly").url == event.url
assert work.todo_by_uid("pay").url == todo.url

busy = work.freebusy_request(day(3, 1), day(3, 15))
assert "20260302T090000Z/" in busy.data and "20260309T090000Z/" in busy.data, busy.data

objects = work.objects_by_sync_token(load_objects=True)
event.data = event.data.replace("Weekly", "Changed")
event.save()
updated, deleted = objects.sync()
assert [len(list(updated)), len(list(deleted))] == [1, 0]
assert "Changed" in work.event_by_uid("weekly").data

event.delete()
todo.delete()
assert work.events() == []
work.delete()
assert sorted(calendar.name for calendar in principal.calendars()) == names
print("done")
