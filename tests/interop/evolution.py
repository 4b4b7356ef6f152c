"""Evolution's data server against a running twin: told an address, a name and a password, it finds what is there, and
what is made in it or on a telephone is soon in both. `phone` asks the twin behind its back."""
import base64
import datetime
import ssl
import sys
import urllib.request

import gi

for name, version in (("EDataServer", "1.2"), ("ECal", "2.0"), ("EBook", "1.2"), ("EBookContacts", "1.2"), ("ICalGLib", "3.0")):
    gi.require_version(name, version)
from gi.repository import EBook, EBookContacts, ECal, EDataServer, Gio, GLib, GObject, ICalGLib

url, authority, certificate = sys.argv[1:]
NAME, PASSWORD = "ann", "secret-words"
EVENTS, TASKS = ECal.ClientSourceType.EVENTS, ECal.ClientSourceType.TASKS


def phone(method, path, text=None, name=NAME):
    """The body of the answer to a request of another client."""
    token = base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
    media_type = "text/vcard" if path.endswith(".vcf") else "text/calendar"
    headers = {"Authorization": f"Basic {token}", "Content-Type": media_type}
    request = urllib.request.Request(url + path, text and text.encode(), headers, method=method)
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=authority)) as answer:
        return answer.read().decode()


def wait(condition):
    """Handles events until the condition holds; the test ends a script that waits for nothing."""
    context = GLib.MainContext.default()
    while not condition():
        context.iteration(True)


def give_password(registry, source, *_):
    credentials = EDataServer.NamedParameters.new()
    credentials.set(EDataServer.SOURCE_CREDENTIAL_USERNAME, NAME)
    credentials.set(EDataServer.SOURCE_CREDENTIAL_PASSWORD, PASSWORD)
    source.invoke_authenticate_sync(credentials, None)


def account():
    """A collection of everything at the address; that its authority is trusted is written down as for any exception."""
    source = EDataServer.Source.new(None, None)
    source.set_display_name("twin")
    collection = source.get_extension(EDataServer.SOURCE_EXTENSION_COLLECTION)
    collection.set_backend_name("webdav")
    collection.set_identity(NAME)
    collection.set_calendar_url(url)
    collection.set_contacts_url(url)
    collection.set_mail_enabled(False)
    authentication = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
    authentication.set_host("localhost")
    authentication.set_user(NAME)
    authentication.set_method("plain/password")
    with open(certificate) as file:
        pem = Gio.TlsCertificate.new_from_pem(file.read(), -1)
    webdav = source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND)
    webdav.update_ssl_trust("localhost", pem, EDataServer.TrustPromptResponse.ACCEPT)
    return source


def connected(connect, finish, *arguments):
    """A client, when it is connected; the password may be asked for meanwhile."""
    clients = []
    connect(*arguments, 30, None, lambda _, result: clients.append(finish(result)))
    wait(lambda: clients)
    return clients[0]


def calendar_client(source, kind):
    return connected(ECal.Client.connect, ECal.Client.connect_finish, source, kind)


registry = EDataServer.SourceRegistry.new_sync(None)
registry.connect("credentials-required", give_password)
root = account()
registry.commit_source_sync(root, None)


def found(extension):
    sources = registry.list_sources(extension)
    return {source.get_display_name(): source for source in sources if source.get_parent() == root.get_uid()}


wait(lambda: len(found("Calendar")) + len(found("Task List")) + len(found("Address Book")) >= 4)
calendars, lists, books = found("Calendar"), found("Task List"), found("Address Book")
assert (list(calendars), list(lists), sorted(books)) == (["Calendar"], ["Tasks"], ["Contacts", "On this twin"])
NONE, ALL, THIS = ECal.OperationFlags.NONE, ECal.ObjModType.ALL, ECal.ObjModType.THIS


def watched(view, uid, title, gone):
    """The titles that a view shows by UID: it is told of what is added, modified and removed."""
    shown = {}
    view.connect("objects-added", lambda _, objects: shown.update({uid(one): title(one) for one in objects}))
    view.connect("objects-modified", lambda _, objects: shown.update({uid(one): title(one) for one in objects}))
    view.connect("objects-removed", lambda _, ids: [shown.pop(gone(one), None) for one in ids])
    view.start()
    return shown


def text(uid, *lines, kind="VEVENT"):
    inside = [f"BEGIN:{kind}", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, f"END:{kind}"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *inside, "END:VCALENDAR", ""])


def component(uid, *lines, kind="VEVENT"):
    return ICalGLib.Component.new_from_string(text(uid, *lines, kind=kind)).get_inner()


def events():
    home = "dav/calendars/ann/calendar/"
    phone("PUT", home + "lunch.ics", text("lunch", "DTSTART:20260301T120000Z", "DURATION:PT1H", "SUMMARY:Lunch"))
    client = calendar_client(calendars["Calendar"], EVENTS)
    assert not client.is_readonly()
    _, view = client.get_view_sync("#t", None)
    shown = watched(view, lambda one: one.get_uid(), lambda one: one.get_summary(), lambda one: one.get_uid())
    wait(lambda: shown == {"lunch": "Lunch"})

    start = "DTSTART;TZID=Europe/Stockholm:20260302T090000"
    client.create_object_sync(
        component("weekly", start, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5", "SUMMARY:Weekly"), NONE, None
    )
    second = component(
        "weekly",
        "RECURRENCE-ID;TZID=Europe/Stockholm:20260309T090000",
        "DTSTART;TZID=Europe/Stockholm:20260309T100000",
        "DURATION:PT1H",
        "SUMMARY:Weekly, later",
    )
    client.modify_object_sync(second, THIS, NONE, None)
    client.remove_object_sync("weekly", "20260316T090000", THIS, NONE, None)
    there = phone("GET", home)
    assert "RECURRENCE-ID;TZID=Europe/Stockholm:20260309T090000" in there, there
    assert "SUMMARY:Weekly\\, later" in there, there
    assert "EXDATE:20260316T080000Z" in there, there

    phone("PUT", home + "lunch.ics", text("lunch", "DTSTART:20260301T120000Z", "DURATION:PT1H", "SUMMARY:Brunch"))
    client.refresh_sync(None)
    wait(lambda: shown.get("lunch") == "Brunch")
    _, lunch = client.get_object_sync("lunch", None, None)
    lunch.set_summary("Late lunch")
    client.modify_object_sync(lunch, ALL, NONE, None)
    assert "SUMMARY:Late lunch" in phone("GET", home + "lunch.ics")
    client.remove_object_sync("weekly", None, ALL, NONE, None)
    assert "UID:weekly" not in phone("GET", home)
    phone("DELETE", home + "lunch.ics")
    client.refresh_sync(None)
    wait(lambda: shown == {})


def tasks():
    client = calendar_client(lists["Tasks"], TASKS)
    client.create_object_sync(component("pay", "DUE:20260401T100000Z", "SUMMARY:Pay", kind="VTODO"), NONE, None)
    _, pay = client.get_object_sync("pay", None, None)
    pay.set_status(ICalGLib.PropertyStatus.COMPLETED)
    client.modify_object_sync(pay, ALL, NONE, None)
    there = phone("GET", "dav/calendars/ann/tasks/")
    assert "SUMMARY:Pay" in there and "STATUS:COMPLETED" in there, there


def free_busy():
    """Asks when somebody and a room are free, as Evolution does while people are invited."""
    dentist = text("dentist", "DTSTART:20260302T100000Z", "DURATION:PT1H", "SUMMARY:Dentist")
    phone("PUT", "dav/calendars/bob/calendar/dentist.ics", dentist, name="bob")
    client = calendar_client(calendars["Calendar"], EVENTS)
    monday = int(datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc).timestamp())
    client.refresh_sync(None)  # it is connected then
    told = []
    GObject.Object.connect(client, "free-busy-data", lambda _, data: told.extend(data))
    client.get_free_busy_sync(monday, monday + 86400, ["bob@localhost", "library@localhost"], None)
    wait(lambda: len(told) == 2)
    answers = [one.get_as_string() for one in told]
    [bob] = [one for one in answers if "bob@localhost" in one]
    [library] = [one for one in answers if "library@localhost" in one]
    assert "20260302T100000Z/20260302T110000Z" in bob and "Dentist" not in bob, bob
    assert "/20260302" not in library, library


def card(uid, name):
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\nEND:VCARD\r\n"


def contacts():
    home = "dav/contacts/ann/contacts/"
    phone("PUT", home + "bob.vcf", card("bob", "Bob"))
    client = connected(EBook.BookClient.connect, EBook.BookClient.connect_finish, books["Contacts"])
    assert not client.is_readonly()
    _, view = client.get_view_sync('(contains "x-evolution-any-field" "")', None)
    shown = watched(view, lambda one: one.get_property("id"), lambda one: one.get_property("full-name"), lambda uid: uid)
    wait(lambda: shown == {"bob": "Bob"})

    none = EBookContacts.BookOperationFlags.NONE
    _, uid = client.add_contact_sync(EBookContacts.Contact.new_from_vcard(card("cy", "Cy Öberg")), none, None)
    assert "FN:Cy Öberg" in phone("GET", home)
    phone("PUT", home + "bob.vcf", card("bob", "Robert"))
    client.refresh_sync(None)
    wait(lambda: shown.get("bob") == "Robert")
    _, bob = client.get_contact_sync("bob", None)
    bob.set_property("nickname", "Bobby")
    client.modify_contact_sync(bob, none, None)
    assert "NICKNAME:Bobby" in phone("GET", home + "bob.vcf")
    client.remove_contact_by_uid_sync(uid, none, None)
    assert "Cy" not in phone("GET", home)

    everybody = connected(EBook.BookClient.connect, EBook.BookClient.connect_finish, books["On this twin"])
    assert everybody.is_readonly()


events()
tasks()
free_busy()
contacts()
print("done")
