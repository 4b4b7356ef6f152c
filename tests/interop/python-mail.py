"""Mail by Python's own libraries. Arguments: host, IMAPS port, SMTPS port, certificate authority's file, user, password."""

import imaplib
import smtplib
import ssl
import sys
import time

host, imaps, submissions, authority, user, password = sys.argv[1:]
trust = ssl.create_default_context(cafile=authority)
text = b"From: ann@localhost\r\nTo: ann@localhost\r\nSubject: %s\r\n\r\nBody of %s\r\n"


def done(answer):
    status, data = answer
    assert status == "OK", answer
    return data


with smtplib.SMTP_SSL(host, int(submissions), context=trust) as smtp:
    smtp.login(user, password)
    assert smtp.sendmail("ann@localhost", ["ann@localhost"], text % (b"sent", b"sent")) == {}
    refused = smtp.rcpt("nobody@localhost")
    assert smtp.docmd("RSET")[0] == 250 and refused[0] >= 500, refused

client = imaplib.IMAP4_SSL(host, int(imaps), ssl_context=trust)
assert {"IMAP4REV1", "IDLE", "MOVE", "UIDPLUS"} <= set(client.capabilities), client.capabilities
try:
    client.login(user, "wrong")
    raise SystemExit("a wrong password signed in")
except imaplib.IMAP4.error:
    pass
done(client.login(user, password))
assert done(client.select("INBOX")) == [b"1"]

date = imaplib.Time2Internaldate(time.time())
done(client.create("Work/2026"))
for name in (b"one", b"two", b"three"):
    done(client.append("Work/2026", r"(\Flagged)", date, text % (name, name)))
assert any(b"Work/2026" in line for line in done(client.list()))
assert done(client.select("Work/2026")) == [b"3"]
assert done(client.search(None, "SUBJECT", "two")) == [b"2"]
assert done(client.uid("SEARCH", None, "FLAGGED", "UNSEEN")) == [b"1 2 3"]
fetched = done(client.fetch("2", "(FLAGS BODY[])"))
assert fetched[0][1] == text % (b"two", b"two"), fetched
assert b"\\Seen" in done(client.fetch("2", "(FLAGS)"))[0]
done(client.store("1", "+FLAGS", r"(\Deleted)"))
assert done(client.expunge()) == [b"1"]
done(client.uid("COPY", "2", "INBOX"))
done(client.uid("MOVE", "3", "Archive"))
assert b"MESSAGES 1" in done(client.status("Work/2026", "(MESSAGES)"))[0]
assert b"MESSAGES 2" in done(client.status("INBOX", "(MESSAGES)"))[0]
done(client.close())
done(client.delete("Work/2026"))
assert client.logout()[0] == "BYE"
print("done")
