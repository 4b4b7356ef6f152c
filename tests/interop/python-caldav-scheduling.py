"""Debian's python3-caldav as three people of one twin: an invitation, its answers, a change and a cancellation."""
import sys

import caldav

url, ca = sys.argv[1:]


def sign_in(name):
    return caldav.DAVClient(url, username=name, password="secret-words", ssl_verify_cert=ca).principal()


ann, bob, cid = [sign_in(name) for name in ("ann", "bob", "cid")]
assert bob.calendar_user_address_set()[0] == "mailto:bob@localhost", bob.calendar_user_address_set()


def calendar(principal):
    return [one for one in principal.calendars() if one.name == "Calendar"][0]


def inbox(principal):
    return [one for one in principal.schedule_inbox().get_items()]


def answers(principal):
    # What somebody's copy says that everybody answers.
    component = calendar(principal).event_by_uid("dinner").icalendar_component
    lines = component["attendee"]
    lines = lines if isinstance(lines, list) else [lines]
    return {str(line).split(":")[1].split("@")[0]: str(line.params.get("partstat", "NEEDS-ACTION")) for line in lines}


dinner = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:dinner
DTSTAMP:20260101T000000Z
DTSTART:20260302T180000Z
DURATION:PT2H
SUMMARY:Dinner
END:VEVENT
END:VCALENDAR
"""
calendar(ann).save_with_invites(dinner, ["bob@localhost", ("Cid", "cid@localhost")])
for guest in (bob, cid):
    invitations = inbox(guest)
    assert [one.is_invite_request() for one in invitations] == [True], invitations
    assert "Dinner" in calendar(guest).event_by_uid("dinner").data

inbox(bob)[0].accept_invite(calendar(bob))
inbox(cid)[0].decline_invite(calendar(cid))
expected = {"bob": "ACCEPTED", "cid": "DECLINED"}
for one in (ann, bob, cid):
    assert answers(one) == expected, answers(one)
assert len(inbox(ann)) == 2
for message in inbox(bob):
    message.delete()

event = calendar(ann).event_by_uid("dinner")
event.data = event.data.replace("20260302T180000Z", "20260303T180000Z")
event.save()
for one in (ann, bob, cid):
    assert answers(one) == {"bob": "NEEDS-ACTION", "cid": "NEEDS-ACTION"}, answers(one)
assert "20260303T180000Z" in calendar(bob).event_by_uid("dinner").data

calendar(ann).event_by_uid("dinner").delete()
for guest in (bob, cid):
    assert "CANCELLED" in calendar(guest).event_by_uid("dinner").data
    calendar(guest).event_by_uid("dinner").delete()
print("done")
