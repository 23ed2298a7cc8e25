#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rules of the administrator's own, on a real Postfix."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import BUILD, enter_namespace, fields, wait_until
from mail import Keys, message
from rule_gateway import RuleGateway

KEYS = Keys()
RULES = """\
[[rule]]
name = "trusted"
from = '^list@'
action = "accept"
[[rule]]
name = "no-invoices"
header = ['Subject: ^gift\\s']
to = '^rcpt@'
action = "reject"
text = "no gift cards, thank you"
[[rule]]
name = "unproven"
when = 'spf != "pass" and dkim != "pass"'
client = ["external"]
action = "quarantine"
[[rule]]
name = "phone"
body = ['call \\+1']
add = "X-Example-Note: phone"
[[rule]]
name = "busy"
helo = 'busy'
action = "tempfail"
[[rule]]
name = "full"
helo = 'full'
action = "tempfail"
text = "100% full"
[[rule]]
name = "large"
larger = "20KiB"
action = "reject"
shadow = true
"""


def with_subject(marker, subject, body=b""):
    return re.sub(rb"Subject:[^\r]*", b"Subject: " + subject, message(marker), count=1) + body + b"\r\n"


def test_actions(gateway):
    head, _ = gateway.deliver("plainest", message("plainest"))
    tap.ok(not fields(head, "X-Spillway-Rules"), "what matches nothing is left alone")
    code, text = gateway.send(with_subject("gift", b"=?utf-8?Q?GIFT?= card"))
    tap.ok(code == 550 and "rejected by rules: no gift cards, thank you" in text, f"reject, in our words: {text}")
    head, _ = gateway.deliver("listmail", with_subject("listmail", b"gift card"), mail_from="list@good.example")
    tap.ok(fields(head, "X-Spillway-Rules") == ["trusted"], "a rule that accepts ends the others")
    head, _ = gateway.deliver("phoneme", with_subject("phoneme", b"hello", b"please call +1 800"))
    tap.ok(fields(head, "X-Spillway-Rules") == ["phone"] and fields(head, "X-Example-Note") == ["phone"], "tag and field")
    code, text = gateway.send(message("busy"), helo="busy.good.example", mail_from="")
    tap.ok(code == 451 and "deferred by rules: rule busy" in text, f"tempfail: {text}")
    code, text = gateway.send(message("full"), helo="full.good.example", mail_from="")
    tap.ok(code == 451 and text.endswith("deferred by rules: 100% full"), f"a percent sign: {text}")
    before = gateway.held()
    code, text = gateway.send(message("unproven"), mail_from="x@nospf.example")
    tap.ok(code == 250 and gateway.held() == before + 1, "quarantine by what the other checks found: the hold queue")
    head, _ = gateway.deliver("sized", message("sized") + b"a line of text\r\n" * 2000)
    tap.ok(fields(head, "X-Spillway-Rules") == ["large (shadow)"], "a shadow is only said")
    wait_until(lambda: "would=reject(rules)" in gateway.milter_log(), "the shadow's log line")
    forged = message("forgery", headers="X-Spillway-Rules: trusted\n")
    head, _ = gateway.deliver("forgery", forged)
    tap.ok(not fields(head, "X-Spillway-Rules"), "a stranger's field of that name is removed")


def test_lists(gateway):
    head, _ = gateway.deliver("listed-one", message("listed-one"), client="192.0.2.66")
    tap.ok(fields(head, "X-Spillway-Lists") == ["66.2.0.192 in bl.example (127.0.0.4); score 2; all.example does not pass its test"],
           f"a listed client, and a list that knows everybody: {fields(head, 'X-Spillway-Lists')}")
    code, text = gateway.send(message("listed-two"), client="192.0.2.66", mail_from="x@bad.example")
    tap.ok(code == 550 and "rejected by dnsbl: 66.2.0.192 in bl.example" in text, f"a listed client and domain: {text}")
    head, _ = gateway.deliver("listed-not", message("listed-not"), client="192.0.2.1")
    tap.ok(fields(head, "X-Spillway-Lists") == ["all.example does not pass its test"], "one that only that list knows")
    tap.like(gateway.milter_log(), r"dnsbl: all.example does not pass its test", "which is left out, and the log says so")


LISTS = """\
bl.example A 192.0.2.200
2.0.0.127.bl.example A 127.0.0.2
66.2.0.192.bl.example A 127.0.0.4
test.dbl.example A 127.0.1.2
bad.example.dbl.example A 127.0.1.2
2.0.0.127.all.example A 127.0.0.2
1.0.0.127.all.example A 127.0.0.2
1.2.0.192.all.example A 127.0.0.2
66.2.0.192.all.example A 127.0.0.2
"""
DNSBL = """\
enabled = true
address_lists = ["bl.example=127.0.0.[2..9]*2", "all.example*5"]
domain_lists = ["dbl.example*2"]
reject_score = 4
"""


def test_offline(gateway):
    path = gateway.directory / "one.eml"
    path.write_bytes(with_subject("offline", b"gift card"))
    shown = gateway.ctl("test-message", str(path), "--client", "192.0.2.1", "--helo", "mail.good.example",
                        "--mail-from", "sender@good.example", "--rcpt", "rcpt@example.net")
    tap.like(shown, r"(?m)^spf +pass +[\d.]+ ms", "test-message: what each check found")
    tap.like(shown, r"(?m)^rules +policy +[\d.]+ ms  no-invoices  -> reject$", "what comes of it")
    tap.like(shown, r"(?m)^reply +550 5.7.1 TEST: rejected by rules: no gift cards", "and what the client is told")
    tap.like(gateway.ctl("test-message", str(path), "--user", "ann", "--rcpt", "rcpt@example.net"), r"(?m)^class +authenticated\n(.*\n)*reply +550", "as whom one likes")
    tap.ok(not gateway.sink.find(b"offline"), "nothing is delivered")


def test_errors(gateway):
    (gateway.directory / "rules.toml").write_text("[[rule]]\nname = 'a'\nwhen = 'spd = \"fail\"'\n")
    run = subprocess.run([str(BUILD / "spillway-milter"), "-c", str(gateway.directory / "spillway.toml"), "-t"],
                         capture_output=True, text=True, check=False)
    tap.ok(run.returncode == 78 and "rules.toml:3:8: " in run.stderr and "column 1: expected the name of a check" in run.stderr,
           f"errors say where: {run.stderr}")


enter_namespace()
with RuleGateway(RULES, KEYS.zone(), {"rules": "enabled = true", "content": "shadow = false"}) as running:
    tap.run(test_actions, running)
    tap.run(test_offline, running)
    tap.run(test_errors, running)
with RuleGateway(RULES, KEYS.zone(), {"rules": "enabled = true"}) as running:
    tap.ok(running.send(with_subject("gift", b"gift card"))[0] == 250, "a new installation only tries its rules out")
    wait_until(lambda: "would=reject(rules)" in running.milter_log(), "the log to say so")
with RuleGateway(RULES, KEYS.zone() + LISTS, {"rules": "enabled = true", "dnsbl": DNSBL, "content": "shadow = false"}) as running:
    tap.run(test_lists, running)
tap.done()
