#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Signing on a real Postfix: what we sign must verify at opendkim, at python3-dkim and at ourselves, and what we
seal at python3-dkim. Keys are made, published and looked after with spillwayctl."""

import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import dkim
import tap
from gateway import BUILD, Gateway, can_connect, enter_namespace, fields, unfold, wait_until
from mail import Keys, attachment, message

OURS = {"client": "198.51.100.7", "login": "ann"}
FORMS = [f"{header}/{body}" for header in ("relaxed", "simple") for body in ("relaxed", "simple")]
KEYS = Keys()
BODIES = {"plain": "Here are the minutes.\n", "empty": "", "no-end": "no line end", "spaces": "tabs\tand  spaces \t\n \n\nend  \n\n\n",
          "eight-bit": "Grüße aus Köln\n", "dots": ".\n..\n.leading\n", "long": "x" * 900 + "\n"}


class Signing:
    """Two keys of sign.example, made by spillwayctl, and the table that uses them."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.chmod(0o755)
        self.shown = {kind: self.make(kind) for kind in ("rsa", "ed25519")}
        self.table = self.directory / "signing.table"
        rows = [f"{who} sign.example {kind} {self.key(kind)}"
                for who in ("sign.example", "*.sign.example", "user:news*") for kind in ("rsa", "ed25519")]
        rows += [f"unpublished.example unpublished.example no {self.key('rsa')}",
                 f"other.example sign.example ed25519 {self.key('rsa')}  # not the key that is published there"]
        self.table.write_text("# who domain selector key\n" + "\n".join(rows) + "\n")

    def key(self, kind):
        return self.directory / "keys" / f"sign.example.{kind}.pem"

    def make(self, kind):
        return subprocess.run([BUILD / "spillwayctl", "dkim", "new-key", "sign.example", kind, "--type", kind, "--dir",
                               self.directory / "keys"], check=True, capture_output=True, text=True).stdout

    def zone(self):
        records = [re.search(r"value +(.*)", self.shown[kind])[1] for kind in ("rsa", "ed25519")]
        return KEYS.zone() + ("1.2.0.192.in-addr.arpa PTR mail.good.example\n"
                              f"rsa._domainkey.sign.example TXT {records[0]}\n"
                              f"ed25519._domainkey.sign.example TXT {records[1]}\n")

    def config(self, **more):
        lines = [f'table = "{self.table}"', "enabled = true"] + [f'{key} = "{value}"' for key, value in more.items()]
        seal = f'enabled = true\ndomain = "sign.example"\nselector = "rsa"\nkey_file = "{self.key("rsa")}"'
        return {"sign": "\n".join(lines), "seal": seal, "iprev": "enabled = true", "auth": "show_user = true",
                "spf": "received_spf = true"}


def result(head, method):
    return [part.strip() for part in unfold(fields(head, "Authentication-Results")[0]).split(";")
            if part.strip().startswith(method + "=")]


def opendkim_says(text):
    # It wants LF, and takes its name servers from the namespace's resolv.conf.
    run = subprocess.run(["opendkim-testmsg"], input=text.replace(b"\r\n", b"\n"), capture_output=True, check=False)
    return run.returncode, run.stderr.decode()


def others_verify(head, body, what):
    text = head + b"\r\n" + body
    signatures = fields(head, "DKIM-Signature")
    tap.ok(len(signatures) == 2, f"{what}: an RSA and an Ed25519 signature")
    verifier = dkim.DKIM(text)
    tap.ok(all(verifier.verify(index) for index in range(2)), f"{what}: both verify at python3-dkim")
    code, words = opendkim_says(text)
    tap.ok(code == 0, f"{what}: and at opendkim {words}")


def with_body(marker, sender, body):
    head = message(marker, sender=sender).partition(b"\r\n\r\n")[0]
    return head + b"\r\n\r\n" + body.replace("\n", "\r\n").encode()


def test_signed_by_others(gateway):
    bodies = dict(BODIES, mega="A line of text, and another.  \n" * (1 << 15))
    for form in FORMS:
        for kind in ("rsa", "ed"):
            passed = []
            for name, body in bodies.items():
                marker = f"others-{form.replace('/', '-')}-{kind}-{name}"
                text = with_body(marker, "Ann <ann@good.example>", body)
                signed = KEYS.sign(text, selector=kind.encode(), canonicalize=tuple(form.encode().split(b"/")))
                head, _ = gateway.deliver(marker, signed)
                passed += [part.split()[0] for part in result(head, "dkim")]
            tap.ok(passed == ["dkim=pass"] * len(bodies), f"signed by python3-dkim, {kind} {form}: {len(passed)} bodies pass: {passed}")


def test_forms(gateway, form):
    for name, body in BODIES.items():
        marker = f"{form.replace('/', '-')}-{name}"
        text = with_body(marker, "Ann <ann@sign.example>", body)
        head, out = gateway.deliver(marker, text, mail_from="ann@sign.example", **OURS)
        others_verify(head, out, f"{form} {name}")


def test_ourselves(gateway):
    text = attachment("mega", 1 << 20).replace(b"ann@good.example", b"ann@sign.example")
    head, body = gateway.deliver("mega", text, mail_from="", **OURS)
    others_verify(head, body, "1 MB, null sender")
    again = b"X-Pass: second\r\n" + head + b"\r\n" + body
    code, _ = gateway.send(again, client="192.0.2.1")
    tap.ok(code == 250, "back again from outside")
    out = gateway.sink.wait_for(b"X-Pass: second")
    passed = result(out.partition(b"\r\n\r\n")[0] + b"\r\n", "dkim")
    tap.ok([part.split()[0] for part in passed] == ["dkim=pass", "dkim=pass"], f"and at ourselves: {passed}")


def test_who(gateway):
    def signatures(marker, **envelope):
        sender = envelope.pop("sender", "ann@sign.example")
        head, _ = gateway.deliver(marker, message(marker, sender=sender), **envelope)
        return [unfold(value) for value in fields(head, "DKIM-Signature")]

    tap.ok(not signatures("stranger", client="192.0.2.1"), "what a stranger sends in our name is not signed")
    tap.ok(len(signatures("subdomain-glob", sender="a@news.sign.example", **OURS)) == 2, "a glob takes subdomains")
    tap.ok(not signatures("foreign", sender="a@good.example", **OURS), "a domain without a key is not signed")
    news = {"client": "198.51.100.7", "login": "newsletter"}
    tap.ok(len(signatures("user", sender="a@good.example", **news)) == 2, "but by the user who sends it")
    head, _ = gateway.deliver("auth-user", message("auth-user", sender="a@sign.example"), **OURS)
    tap.ok(result(head, "auth") == ["auth=pass smtp.auth=ann"], f"the user is named where that is asked for: {result(head, 'auth')}")
    field = signatures("field", **OURS)[0]
    tap.like(field, r" h=from:from:", "From is signed once more than it is there")
    tap.ok(" l=" not in field, "no l=")
    tap.ok(not signatures("unpub", sender="a@unpublished.example", **OURS), "a key that is not in DNS is not used")
    tap.like(gateway.milter_log(), r"sign=policy/\S+ \(no key at no._domainkey.unpublished.example", "and the log says why")
    tap.ok(not signatures("other", sender="a@other.example", **OURS), "nor one that differs from what is in DNS")
    head, _ = gateway.deliver("longline", message("longline", sender="a@sign.example", body="y" * 1200 + "\n"), **OURS)
    tap.like(gateway.milter_log(), r"a line over 998 octets will be broken", "the log warns of lines that Postfix breaks")


def test_seal(gateway):
    for sets in range(3):
        text = message(f"seal-{sets}", sender="Ann <ann@strict.example>")
        for number in range(sets):
            text = KEYS.seal(text, ("good.example", "list.example")[number % 2])
        head, body = gateway.deliver(f"seal-{sets}", text)
        verdict, found, _ = dkim.arc_verify(head + b"\r\n" + body)
        tap.ok(verdict == dkim.CV_Pass and len(found) == sets + 1, f"python3-dkim: chain of {sets}, and our set {verdict}")
        tap.like(unfold(fields(head, "ARC-Authentication-Results")[0]), rf"^i={sets + 1}; mx.example.net; iprev=pass ",
                 "our set says what we found")
    tap.like(unfold(fields(head, "ARC-Authentication-Results")[0]), r"; iprev=pass policy.iprev=192.0.2.1; spf=pass ",
             "with the name of its client's address")
    tap.like(unfold(fields(head, "Received-SPF")[0]),
             r'^pass receiver="mx.example.net"; client-ip="192.0.2.1"; envelope-from="sender@good.example"; ', "and Received-SPF")
    text = KEYS.seal(message("seal-bad"), "good.example").replace(b"the minutes", b"the invoice")
    head, _ = gateway.deliver("seal-bad", text)
    tap.like(unfold(fields(head, "ARC-Seal")[0]), r"cv=fail", "a chain that fails is sealed as failed")
    head, _ = gateway.deliver("seal-ours", message("seal-ours", sender="a@sign.example"), **OURS)
    tap.ok(not fields(head, "ARC-Seal"), "our own mail is not sealed")


def mangled_by_a_list(gateway):
    """What a list makes of an author's message that we have sealed: another subject, a footer, and its own seal."""
    head, body = gateway.deliver("to-a-list", KEYS.sign(message("to-a-list")))
    text = head.replace(b"Subject: ", b"Subject: [list] ") + b"\r\n" + body + b"-- \r\nlist footer\r\n"
    return KEYS.seal(text.replace(b"to-a-list", b"from-a-list"), "list.example")


def test_rescue(gateway, text):
    sent_by = {"mail_from": "bounce@list.example", "client": "203.0.113.9", "helo": "list.example"}
    head, _ = gateway.deliver("from-a-list", text, **sent_by)
    tap.like(result(head, "dmarc")[0], r'^dmarc=fail reason="no aligned domain passed, but list.example vouches for it',
             "a list's changes break DMARC, and the chain that began with our seal saves the message")
    code, _ = gateway.send(text.replace(b"i=1; mx.example.net", b"i=1; mx.example.org"), **sent_by)
    tap.ok(code == 550, f"not when our results have been changed: {code}")


OPENDKIM = """\
Mode v
Socket local:{sockets}/opendkim.sock
UMask 000
AuthservID second.example
Nameservers 127.0.0.1
Syslog no
"""


def test_several_milters(gateway):
    (gateway.directory / "opendkim.conf").write_text(OPENDKIM.format(sockets=gateway.sockets))
    gateway.spawn("opendkim", "opendkim", "-f", "-x", gateway.directory / "opendkim.conf")
    wait_until(lambda: can_connect(f"{gateway.sockets}/opendkim.sock"), "opendkim")
    ours_first = f"unix:{gateway.sockets}/milter.sock, unix:{gateway.sockets}/opendkim.sock"
    theirs_first = f"unix:{gateway.sockets}/opendkim.sock, unix:{gateway.sockets}/milter.sock"
    for order, milters in (("before", ours_first), ("behind", theirs_first)):
        subprocess.run(["postconf", "-c", gateway.directory / "etc", "-e", f"smtpd_milters={milters}"], check=True)
        gateway.postfix_command("stop")  # a reload leaves servers that are in use as they are
        gateway.postfix_command("start")
        wait_until(lambda: can_connect(("127.0.0.1", 25)), "Postfix")
        text = KEYS.sign(message(f"verify-{order}", headers="X-Filler: 1\n"))
        head, body = gateway.deliver(f"verify-{order}", text)
        tap.ok([part.split()[0] for part in result_of(head, "second.example")] == ["dkim=pass"] and
               [part.split()[0] for part in result_of(head, "mx.example.net", "dkim")] == ["dkim=pass"],
               f"{order} another milter both verify what comes in")
        head, body = gateway.deliver(f"chain-{order}", message(f"chain-{order}", sender="a@sign.example"), **OURS)
        others_verify(head, body, f"{order} another milter")


def result_of(head, server, method="dkim"):
    values = [unfold(value) for value in fields(head, "Authentication-Results")]
    return [part.strip() for value in values if value.startswith(server) for part in value.split(";")
            if part.strip().startswith(method + "=")]


def test_keys(gateway, signing):
    run = subprocess.run([BUILD / "spillwayctl", "-c", gateway.directory / "spillway.toml", "dkim", "check"],
                         capture_output=True, text=True, check=False)
    tap.ok(run.returncode == 1, "dkim check finds what is wrong")
    tap.like(run.stdout, r"good  rsa._domainkey.sign.example  RSA, 2048 bits\n", "a good RSA key")
    tap.like(run.stdout, r"good  ed25519._domainkey.sign.example  Ed25519\n", "a good Ed25519 key")
    tap.like(run.stdout, r"BAD   no._domainkey.unpublished.example  no key at .*belongs there", "one that is not published")
    tap.like(run.stdout, r"BAD   ed25519._domainkey.sign.example  another key is in DNS", "another one in its place")
    mode = signing.key("rsa").stat().st_mode & 0o777
    tap.ok(mode == 0o640, f"keys are made 0640: {mode:o}")
    gateway.end("milter")
    signing.key("rsa").chmod(0o644)
    run = subprocess.run([BUILD / "spillway-milter", "-c", gateway.directory / "spillway.toml"], capture_output=True,
                         text=True, check=False)
    tap.like(run.stderr, r"signing.table:2: .*rsa.pem: open to everybody; run: chmod o= ", "a key open to all is refused, and how to mend it")
    tap.ok(run.returncode != 0, "and the filter does not start")


enter_namespace()
with tempfile.TemporaryDirectory(prefix="spillway-keys-") as keys:
    ours = Signing(keys)
    with Gateway(ours.zone(), ours.config()) as running:
        tap.run(test_who, running)
        tap.run(test_ourselves, running)
        tap.run(test_signed_by_others, running)
        tap.run(test_seal, running)
        from_list = mangled_by_a_list(running)
        tap.run(test_several_milters, running)
        tap.run(test_keys, running, ours)
    ours.key("rsa").chmod(0o640)
    trust = {"dmarc": 'on_reject = "reject"', "arc": 'trusted_sealers = ["sign.example", "list.example"]'}
    with Gateway(ours.zone(), trust, policyd=False) as running:
        tap.run(test_rescue, running, from_list)
    for canonical in FORMS:
        with Gateway(ours.zone(), ours.config(canonicalization=canonical), policyd=False) as running:
            tap.run(test_forms, running, canonical)
tap.done()
