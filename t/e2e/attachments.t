#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Attachments, the readable text and the URLs of a message, on a real Postfix with the inspector in its
sandbox; and classes of client by names of the administrator's own."""

import base64
import io
import os
import pathlib
import signal
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import enter_namespace, fields, wait_until
from mail import Keys, message
from rule_gateway import RuleGateway

KEYS = Keys()
FIELD = "X-Spillway-Attachments"
RULES = """\
[[rule]]
name = "gift"
body = ['gift card']
add = "X-Example-Note: gift"
[[rule]]
name = "printer"
client = ["printers"]
action = "tag"
"""
LISTS = """\
test.url.example A 127.0.0.2
evil.example.url.example A 127.0.0.2
"""
CLASSES = """
[[class]]
name = "printers"
networks = ["192.0.2.77/32"]
"""


def multipart(marker, *parts):
    """`parts` are pairs of header and content."""
    head = message(marker).split(b"\r\n\r\n")[0]
    head = head.replace(b"text/plain; charset=us-ascii", b'multipart/mixed;\r\n\tboundary="=_b"')
    body = b"".join(b"--=_b\r\n" + h.encode() + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                    base64.encodebytes(c).replace(b"\n", b"\r\n") for h, c in parts)
    return head + b"\r\n\r\n" + body + b"--=_b--\r\n"


def zipped(*names, flag=0):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    data = bytearray(out.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while flag and at >= 0:
            data[at + offset] |= flag
            at = data.find(mark, at + 4)
    return bytes(data)


def quarantined(gateway, marker, mail, what):
    before = gateway.held()
    code, text = gateway.send(mail)
    tap.ok(code == 250 and gateway.held() == before + 1, f"{what}: held ({text})")
    wait_until(lambda: f"{marker}" in gateway.milter_log(), "the log to say why")


def rejected(gateway, mail, why, what):
    code, text = gateway.send(mail)
    tap.ok(code == 550 and why in text, f"{what}: {text}")


def test_findings(gateway):
    head, _ = gateway.deliver("pdf-one", multipart("pdf-one", ("Content-Type: application/pdf; name=a.pdf", b"%PDF-1.7\n"), ("Content-Type: application/zip; name=a.zip", zipped("a.txt"))))
    tap.ok(not fields(head, FIELD), "what is good has no field")
    named = ("Content-Type: application/octet-stream; name=\"=?utf-8?Q?setup=2Eexe?=\"", b"hello")
    rejected(gateway, multipart("exe-name", named), 'forbidden name "setup.exe" (1.1)', "by name")
    rejected(gateway, multipart("exe-type", ("Content-Type: image/png; name=a.png", b"MZ\x90\0\3")), "forbidden type application/x-dosexec (1.1)", "by content")
    rejected(gateway, multipart("exe-zip", ("Content-Type: application/zip; name=a.zip", zipped("doc/run.js"))), 'forbidden name "doc/run.js" in an archive', "in an archive")
    quarantined(gateway, "macros (1.1)", multipart("macros", ("Content-Type: application/msword; name=a.docm", zipped("[Content_Types].xml", "word/vbaProject.bin"))), "macros")
    quarantined(gateway, 'misleading name "invoice.pdf.html"', multipart("twofold", ("Content-Type: text/html; name=invoice.pdf.html", b"<p>")), "a misleading name")
    quarantined(gateway, "ambiguous: parts behind the last boundary", multipart("epilogue") + b"--=_b\r\n\r\nx\r\n--=_b--\r\n", "ambiguous MIME")
    quarantined(gateway, "not looked into: ", multipart("torn", ("Content-Type: application/zip; name=a.zip", b"PK\3\4" + b"\xff" * 60)), "a torn archive")
    head, _ = gateway.deliver("locked", multipart("locked", ("Content-Type: application/zip; name=a.zip", zipped("a.txt", flag=1))))
    tap.ok(fields(head, FIELD) == ["encrypted (1.1)"], f"a password is only said, unless wanted: {fields(head, FIELD)}")
    head, _ = gateway.deliver("forgery", message("forgery", headers=f"{FIELD}: encrypted (1)\n"))
    tap.ok(not fields(head, FIELD), "a stranger's field of that name is removed")


def test_text(gateway):
    hidden = multipart("gift-one", ("Content-Type: text/html; charset=iso-8859-1", b"<p>a gi<b>ft</b>&#32;card</p>"))
    head, _ = gateway.deliver("gift-one", hidden)
    tap.ok(fields(head, "X-Example-Note") == ["gift"], "rules see the text that one reads: base64, tags and entities undone")
    head, _ = gateway.deliver("gift-two", message("gift-two", body="g=69ft card\n").replace(b"us-ascii", b"us-ascii\r\nContent-Transfer-Encoding: quoted-printable"))
    tap.ok(fields(head, "X-Example-Note") == ["gift"], "and quoted-printable")
    page = ("Content-Type: text/html", b'<a href="ht\ntp://bank.example@%65vil.example/x">your bank</a>')
    head, _ = gateway.deliver("url-one", multipart("url-one", page))
    tap.ok(fields(head, "X-Spillway-Lists") == ["evil.example in url.example (127.0.0.2); score 3"], f"a listed URL in disguise: {fields(head, 'X-Spillway-Lists')}")
    head, _ = gateway.deliver("url-two", message("url-two", body="see http://good.example/\n"))
    tap.ok(not fields(head, "X-Spillway-Lists"), "one that is not listed")


def test_classes(gateway):
    head, _ = gateway.deliver("printed", message("printed"), client="192.0.2.77")
    tap.ok(fields(head, "X-Spillway-Rules") == ["printer"], "a class of one's own, in a rule")
    wait_until(lambda: "class=external,printers" in gateway.milter_log(), "the log to name it")
    path = gateway.directory / "one.eml"
    path.write_bytes(multipart("offline", ("Content-Type: x/y; name=a.exe", b"MZ")))
    shown = gateway.ctl("test-message", str(path), "--client", "192.0.2.77", "--mail-from", "a@good.example", "--rcpt", "rcpt@example.net")
    tap.like(shown, r"(?m)^class +external,printers$", "test-message: the classes")
    tap.like(shown, r'(?m)^attachments +policy .*forbidden name "a.exe" \(1.1\).*-> reject$', "and the attachments")


def children(pid):
    return [int(word) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


def hang(gateway):
    for pid in children(gateway.running["milter"].pid):
        os.kill(pid, signal.SIGSTOP)


def test_inspector(gateway):
    for pid in children(gateway.running["milter"].pid):
        os.kill(pid, signal.SIGKILL)
    rejected(gateway, multipart("exe-again", ("Content-Type: x/y; name=a.exe", b"x")), "forbidden name", "an inspector that was killed is started anew")
    pids = children(gateway.running["milter"].pid)
    tap.ok(pids and all(len(os.listdir(f"/proc/{pid}/fd")) == 3 for pid in pids), "it holds nothing of the filter's but its socket")
    tap.ok(all("Seccomp:\t2" in pathlib.Path(f"/proc/{pid}/status").read_text() for pid in pids), "and is shut in")
    hang(gateway)
    mails = [multipart(f"hung-{n}", ("Content-Type: x/y; name=a.exe", b"x")) for n in range(2)]
    code, text = gateway.send(mails[0])
    tap.ok(code == 451, f"one that hangs: a stranger can try again {code} {text}")
    gateway.deliver("anew", multipart("anew", ("Content-Type: text/plain", b"x")))
    hang(gateway)
    head, _ = gateway.deliver("hung-1", mails[1], client="198.51.100.7", login="ann")
    tap.ok(fields(head, FIELD) == ["unscanned (waiting for the inspector)"], f"for a user it is late, and said so: {fields(head, FIELD)}")
    tap.like(gateway.milter_log(), r"late=(\w+,)*attachments.* unscanned=(\w+,)*attachments", "in the log, too")


enter_namespace()
CONFIG = {"attachments": "enabled = true", "rules": "enabled = true", "content": "shadow = false",
          "dnsbl": 'enabled = true\nurl_lists = ["url.example*3"]', "log": CLASSES}
with RuleGateway(RULES, KEYS.zone() + LISTS, CONFIG) as running:
    tap.run(test_findings, running)
    tap.run(test_text, running)
    tap.run(test_classes, running)
    tap.run(test_inspector, running)
with RuleGateway(RULES, KEYS.zone(), {"attachments": "enabled = true", "rules": "enabled = false"}) as running:
    tap.ok(running.send(multipart("tried", ("Content-Type: x/y; name=a.exe", b"x")))[0] == 250, "a new installation only tries it out")
    wait_until(lambda: "would=reject(attachments)" in running.milter_log(), "the log to say so")
tap.done()
