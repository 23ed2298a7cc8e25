#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""ARC on a real Postfix, with chains that python3-dkim sealed: verified, broken, and trusted over a DMARC failure."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import Gateway, enter_namespace, fields, unfold
from mail import Keys, message

KEYS = Keys()
SEALERS = ("good.example", "list.example")


def forwarded(marker, sets, dmarc="pass"):
    """From an author whose policy is reject, by way of `sets` forwarders that break his signature."""
    text = message(marker, sender="Ann <ann@strict.example>")
    for number in range(sets):
        text = KEYS.seal(text, SEALERS[number % 2], dmarc=dmarc if number == 0 else "fail")
    return text


def result(head, method):
    value = unfold(fields(head, "Authentication-Results")[0])
    return next((part.strip() for part in value.split(";") if part.strip().startswith(method + "=")), value)


def test_chains(gateway):
    for sets in range(1, 6):
        head, _ = gateway.deliver(f"arc-{sets}", forwarded(f"arc-{sets}", sets))
        tap.ok(result(head, "arc") == "arc=pass", f"a chain of {sets} by mixed sealers passes: {result(head, 'arc')}")
    head, _ = gateway.deliver("arc-none", message("arc-none"))
    tap.ok(result(head, "arc") == "arc=none", "no chain is none")
    head, _ = gateway.deliver("arc-body", forwarded("arc-body", 2).replace(b"the minutes", b"the invoice"))
    tap.like(result(head, "arc"), r'^arc=fail reason="signature 2: body hash did not verify"', "a changed body fails")
    head, _ = gateway.deliver("arc-seal", forwarded("arc-seal", 2).replace(b"arc=none", b"arc=pass", 1))
    tap.like(result(head, "arc"), r'^arc=fail reason="seal 2 did not verify"', "a changed set fails")
    text = KEYS.seal(message("arc-mute"), "good.example", selector=b"mute")
    head, _ = gateway.deliver("arc-mute", text)
    tap.like(result(head, "arc"), r'^arc=temperror reason="late: waiting for mute._domainkey', "a silent key is late")
    text = KEYS.seal(message("arc-broken"), "good.example", selector=b"broken")
    head, _ = gateway.deliver("arc-broken", text)
    tap.like(result(head, "arc"), r"^arc=temperror ", "a key server that fails is a temporary error")


def test_trust(gateway):
    head, _ = gateway.deliver("trust", forwarded("trust", 2))
    tap.like(result(head, "dmarc"), r'^dmarc=fail reason="no aligned domain passed, but list.example vouches for it \(arc\)" ',
             "a trusted chain is believed, and the field says so")
    tap.like(gateway.milter_log().splitlines()[-1], r"overridden by the chain of list.example", "and the log")
    code, _ = gateway.send(forwarded("unseen", 2, dmarc="fail"))
    tap.ok(code == 550, f"not where the first forwarder saw DMARC fail: {code}")
    code, _ = gateway.send(forwarded("broken", 2).replace(b"the minutes", b"the invoice"))
    tap.ok(code == 550, f"not when the chain is broken: {code}")


def test_distrust(gateway):
    code, _ = gateway.send(forwarded("distrust", 2))
    tap.ok(code == 550, f"one sealer who is not trusted spoils it: {code}")


enter_namespace()
with Gateway(KEYS.zone()) as running:
    tap.run(test_chains, running)
REJECT = 'on_reject = "reject"'
with Gateway(KEYS.zone(), {"dmarc": REJECT, "arc": 'trusted_sealers = ["good.example", "list.example"]'}) as running:
    tap.run(test_trust, running)
with Gateway(KEYS.zone(), {"dmarc": REJECT, "arc": 'trusted_sealers = ["list.example"]'}) as running:
    tap.run(test_distrust, running)
tap.done()
