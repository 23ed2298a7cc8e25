#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What comes out of a real Postfix with the filter attached."""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import AUTHSERV_ID, Gateway, enter_namespace, fields, unfold
from mail import Keys, attachment, message

KEYS = Keys()


def results(head):
    return [unfold(value) for value in fields(head, "Authentication-Results")]


def test_header_content(gateway):
    head, _ = gateway.deliver("content", KEYS.sign(message("content")))
    (value,) = results(head)
    tap.like(value, rf"^{AUTHSERV_ID}; spf=pass smtp.mailfrom=sender@good.example; "
                    r"spf=pass smtp.helo=mail.good.example; dkim=pass header.d=good.example header.s=rsa header.a=rsa-sha256 ")
    tap.ok(head.startswith(b"Authentication-Results:") or head.startswith(b"Received:"), "the field is on top")


def shape(line):
    """A log line without what differs from message to message."""
    return re.sub(r"\b[0-9A-F]{8,}\b|s[0-9a-f]{8}|\d+(\.\d+)?", "N", " ".join(line.split()))


def test_log_example(gateway):
    manual = (pathlib.Path(__file__).resolve().parents[2] / "packaging/man/spillway-milter.8").read_text()
    example = re.search(r"\.nf\n(\S+: sid=.*?)\.fi", manual, re.S)[1]
    gateway.deliver("log-line", KEYS.sign(message("log-line")))
    line = [line for line in gateway.milter_log().splitlines() if " verdict=" in line][-1]
    line = line.split("]: ", 1)[1]
    tap.ok(shape(line) == shape(example), f"the manual's example is a real line: {shape(line)}")


def test_spf_outcomes(gateway):
    wanted = {"good.example": "pass", "soft.example": "softfail", "neutral.example": "neutral", "closed.example": "fail",
              "typo.example": "permerror", "twice.example": "permerror", "loop.example": "permerror",
              "nospf.example": "none", "nowhere.example": "none", "broken.example": "temperror"}
    for domain, state in wanted.items():
        client = "198.51.100.7" if domain == "soft.example" else "192.0.2.1"
        marker = f"spf-{domain}"
        head, _ = gateway.deliver(marker, message(marker), mail_from=f"user@{domain}", client=client)
        tap.like(results(head)[0], rf"; spf={state} .*smtp.mailfrom=user@{domain}", f"SPF of {domain} is {state}")
    head, _ = gateway.deliver("macro", message("macro"), mail_from="user@macro.example")
    tap.like(results(head)[0], r"; spf=pass ", "macros")
    head, _ = gateway.deliver("null", message("null"), mail_from="")
    tap.like(results(head)[0], r"^[^;]*; spf=pass smtp.helo=mail.good.example;", "the null sender is judged by HELO")


def test_dkim_outcomes(gateway):
    wanted = {"rsa": "pass", "ed": "pass", "cname": "pass", "tcp": "pass", "slow": "pass", "mute": "temperror",
              "broken": "temperror", "revoked": "permerror", "absent": "permerror"}
    for selector, state in wanted.items():
        marker = f"dkim-{selector}"
        head, _ = gateway.deliver(marker, KEYS.sign(message(marker), selector=selector.encode()))
        tap.like(results(head)[0], rf"; dkim={state} .*header.s={selector}", f"DKIM key {selector} gives {state}")
    for canon in (b"simple", b"relaxed"):
        marker = f"dkim-{canon.decode()}"
        text = KEYS.sign(message(marker, body="a  b \n\n .\n..\n\tc\n\n\n"), canonicalize=(canon, canon))
        head, _ = gateway.deliver(marker, text)
        tap.like(results(head)[0], r"; dkim=pass ", f"{canon.decode()} canonicalization survives Postfix")
    changed = KEYS.sign(message("dkim-changed")).replace(b"the minutes", b"the invoice")
    head, _ = gateway.deliver("dkim-changed", changed)
    tap.like(results(head)[0], r"; dkim=fail reason=\"body hash did not verify\"", "a changed body fails")
    head, _ = gateway.deliver("dkim-length", KEYS.sign(message("dkim-length"), length=True) + b"P.S. buy now\r\n")
    tap.like(results(head)[0], r"; dkim=policy reason=\"l= covers", "text behind l= is no pass")


def test_large_message(gateway):
    head, body = gateway.deliver("large", KEYS.sign(attachment("large", 12 * 1024 * 1024)))
    tap.like(results(head)[0], r"; dkim=pass ", "a message over max_scan_size is still authenticated")
    tap.ok(len(body) > 12 * 1024 * 1024, "and whole")


def test_forged_results_are_removed(gateway):
    forged = (f"Authentication-Results: {AUTHSERV_ID}; spf=pass smtp.mailfrom=ceo@bank.example\n"
              f"authentication-RESULTS: {AUTHSERV_ID.upper()} 1;\n\tdkim=pass header.d=bank.example\n"
              "Authentication-Results: other.example; spf=pass\n"
              f"Authentication-Results:\n\t(forged)\n\t{AUTHSERV_ID}\n\t; none\n"
              f"Authentication-Results: {AUTHSERV_ID} nonsense\n"
              f"Authentication-Results: \"{AUTHSERV_ID}\"; dkim=pass\n")
    head, _ = gateway.deliver("forged", message("forged", headers=forged), mail_from="user@closed.example")
    values = results(head)
    tap.ok(len(values) == 2, f"ours and the other's are left: {values}")
    tap.like(values[0], rf"^{AUTHSERV_ID}; spf=fail ", "ours is on top")
    tap.ok(values[1] == "other.example; spf=pass", "the other's is untouched")


def test_nothing_else_is_touched(gateway):
    odd = ("X-Odd:no space\nX-Tab:\tand tab\t\nx-fold: a\n\t b\n   c\nX-Empty:\nSubject: again\n"
           "X-8bit: caf\u00e9\n")
    text = message("intact", headers=odd, body="line\n.\n..dots\n\ttab \ntrailing  \n\n\n").replace(b"caf\xc3\xa9", b"caf\xe9")
    head, body = gateway.deliver("intact", text)
    lines = head.splitlines(True)
    while lines and lines[0].split(b":")[0] in (b"Received", b"Authentication-Results"):
        lines.pop(0)
        while lines[0][:1] in b" \t":
            lines.pop(0)
    tap.ok(b"".join(lines) + b"\r\n" + body == text, "byte-identical but for the added fields")


def test_log_line(gateway):
    gateway.deliver("logged", message("logged"))
    line = gateway.milter_log().splitlines()[-1]
    tap.like(line, r"^spillway-milter\[\d+\]: [0-9A-Za-z]+: sid=\S+ verdict=accept client=192.0.2.1 class=external "
                   r"from=<sender@good.example> rcpts=1 size=\d+ spf=pass/[\d.]+ms.* dkim=none/[\d.]+ms arc=none/[\d.]+ms dmarc=pass/[\d.]+ms .* total=[\d.]+ms "
                   r"queue_wait=[\d.]+ms late=none$")


def test_authenticated_clients(gateway):
    head, _ = gateway.deliver("login", message("login"), mail_from="user@closed.example", login="ann")
    tap.like(results(head)[0], rf"^{AUTHSERV_ID}; auth=pass; dkim=none; arc=none$", "SPF does not apply to authenticated users")


def test_silent_dns(gateway):
    head, _ = gateway.deliver("silent", KEYS.sign(message("silent"), selector=b"hush"), mail_from="user@silent.example")
    (value,) = results(head)
    tap.like(value, r"; spf=temperror reason=\"late: waiting for silent.example/TXT\"", "late SPF is named in the header")
    tap.like(value, r"; dkim=temperror reason=\"late: waiting for hush._domainkey.good.example/TXT\"", "late DKIM too")
    tap.like(gateway.milter_log().splitlines()[-1], r" late=spf,dkim,dmarc$", "and in the log")


def test_status(gateway):
    status = json.loads(gateway.status("--json"))
    tap.ok(status["filter"] == "running" and status["messages_total"] > 30, "spillwayctl sees the filter")
    tap.ok(status["late_total"] >= 1 and status["late_share"] > 0, "and what was late")
    tap.ok(0 < status["dns_cache_hit_share"] < 1, "and the cache")
    tap.ok(status["policy_requests_total"] > 30, "and that Postfix asks the policy daemon")
    tap.like(gateway.status(), r"processing  p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms", "in words")


def test_tempfail_on_timeout():
    config = {"spf": 'on_timeout = "tempfail"', "budget": 'per_message = "300ms"'}
    with Gateway(KEYS.zone(), config, chroot=True) as gateway:
        code, text = gateway.send(message("deferred"), mail_from="user@silent.example")
        tap.ok(code == 451, f"451 when SPF is late: {code} {text}")
        tap.like(text, r"4\.3\.0 [0-9A-Za-z]+: checks did not finish in time", "with the queue id")
        gateway.deliver("through", message("through"))
        tap.ok(True, "and others pass, with Postfix in its chroot")


enter_namespace()
with Gateway(KEYS.zone()) as running:
    for test in (test_header_content, test_log_example, test_spf_outcomes, test_dkim_outcomes, test_large_message,
                 test_forged_results_are_removed, test_nothing_else_is_touched, test_log_line,
                 test_authenticated_clients, test_silent_dns, test_status):
        tap.run(test, running)
tap.run(test_tempfail_on_timeout)
tap.done()
