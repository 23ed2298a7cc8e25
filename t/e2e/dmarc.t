#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""DMARC on a real Postfix: what is reported, held and rejected."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import Gateway, enter_namespace, fields, unfold
from mail import Keys, message

KEYS = Keys()


def dmarc(head):
    value = unfold(fields(head, "Authentication-Results")[0])
    return next((part.strip() for part in value.split(";") if part.strip().startswith("dmarc=")), value)


def forged(marker, domain):
    return message(marker, sender=f"Ceo <ceo@{domain}>")


def test_report_only(gateway):
    head, _ = gateway.deliver("pass", KEYS.sign(message("pass")), mail_from="bounce@nospf.example")
    tap.ok(dmarc(head) == "dmarc=pass header.from=good.example policy.dmarc=reject", f"aligned DKIM passes: {dmarc(head)}")
    head, _ = gateway.deliver("spf", message("spf"))
    tap.like(dmarc(head), r"^dmarc=pass ", "aligned SPF passes")
    head, _ = gateway.deliver("helo", message("helo"), mail_from="")
    tap.like(dmarc(head), r"^dmarc=pass ", "for the null sender the HELO name, in relaxed alignment")
    head, _ = gateway.deliver("dmarc-sub", message("dmarc-sub", sender="a@news.good.example"))
    tap.like(dmarc(head), r"^dmarc=pass header.from=news.good.example ", "a subdomain aligns with its organization")
    wanted = {"strict.example": "reject", "owner.example": "quarantine", "nowhere.owner.example": "reject",
              "test.example": "quarantine", "b\u00fccher.example": "reject"}
    for number, (domain, policy) in enumerate(wanted.items()):
        marker = f"forged-{number}"
        head, _ = gateway.deliver(marker, KEYS.sign(forged(marker, domain)))
        shown = "xn--bcher-kva.example" if number == 4 else domain
        tap.like(dmarc(head), rf'^dmarc=fail reason="no aligned domain passed" header.from={shown} policy.dmarc={policy}$',
                 f"a stranger's From at {shown} fails, is delivered, and the policy is named")
    head, _ = gateway.deliver("dmarc-none", forged("dmarc-none", "neutral.example"))
    tap.ok(dmarc(head) == 'dmarc=none reason="no policy" header.from=neutral.example', f"no policy: {dmarc(head)}")
    head, _ = gateway.deliver("broken", forged("broken", "broken.example"))
    tap.like(dmarc(head), r"^dmarc=temperror ", "SERVFAIL is a temporary error")
    head, _ = gateway.deliver("mute", forged("mute", "mute.example"))
    tap.like(dmarc(head), r'^dmarc=temperror reason="late: waiting for _dmarc.mute.example/TXT"', "silence is late")
    two = message("two", headers="From: ann@good.example\n", sender="ceo@strict.example")
    head, _ = gateway.deliver("two", two)
    tap.like(dmarc(head), r'^dmarc=fail reason="no aligned domain passed, 2 From fields" header.from=strict.example ',
             "of two From fields the one counts that fails")
    head, _ = gateway.deliver("login", forged("login", "strict.example"), login="ann")
    tap.ok("dmarc=" not in dmarc(head), "our own users are not judged")
    tap.like(gateway.milter_log(), r"dmarc=fail/[\d.]+ms \(no aligned domain passed; policy reject at strict.example, "
                                   r"organization strict.example\)", "the log says where the policy was found")


def test_actions(gateway):
    code, text = gateway.send(forged("reject", "strict.example"))
    tap.ok(code == 550 and "5.7.26" in text and "rejected by dmarc" in text, f"reject: {code} {text}")
    gateway.deliver("fine", KEYS.sign(message("fine")))
    tap.ok(gateway.held() == 0, "what passes is delivered")
    code, text = gateway.send(forged("hold", "owner.example"))
    tap.ok(code == 250 and gateway.held() == 1, f"quarantine is the hold queue: {code} {text}")
    code, text = gateway.send(message("several", sender="ann@good.example, ceo@strict.example"))
    tap.ok(code == 550, f"of several authors each is judged: {code} {text}")
    code, text = gateway.send(message("forgiving", sender="[CEO] Ceo <ceo@strict.example>,"))
    tap.ok(code == 550 and "policy" in text, f"so is one that is not by the grammar: {code} {text}")
    code, text = gateway.send(message("unclear", sender="undisclosed:;"))
    tap.ok(code == 550 and "a group" in text, f"no author at all: {code} {text}")
    code, text = gateway.send(forged("mute2", "mute.example"))
    tap.ok(code == 250, f"what could not be told is not rejected: {code} {text}")


def test_mark(gateway):
    head, _ = gateway.deliver("mark", forged("mark", "strict.example"))
    tap.ok(fields(head, "X-Spam-Flag") == ["YES"], "reject can be a mark, by which mail stores file as junk")
    fine = KEYS.sign(message("mark-fine")).replace(b"From:", b"X-Spam-Flag: NO\r\nFrom:", 1)
    head, _ = gateway.deliver("mark-fine", fine)
    tap.ok(not fields(head, "X-Spam-Flag"), "what passes has none, and a stranger's goes")
    tap.ok("verdict=mark" in gateway.milter_log(), "the log has it")


enter_namespace()
with Gateway(KEYS.zone()) as running:
    tap.run(test_report_only, running)
ACTIONS = 'on_quarantine = "quarantine"\non_reject = "reject"'
with Gateway(KEYS.zone(), {"dmarc": ACTIONS}) as running:
    tap.run(test_actions, running)
with Gateway(KEYS.zone(), {"dmarc": 'on_reject = "mark"'}) as running:
    tap.run(test_mark, running)
tap.done()
