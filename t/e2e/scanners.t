#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Real scanners behind a real Postfix: what they find, and what becomes of mail when they are hung or
dead. scanner_trouble.t has what else can befall them."""

import base64
import concurrent.futures
import itertools
import pathlib
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import enter_namespace, fields, unfold, wait_until
from mail import Keys, attachment, message
from scanners import GTUBE, SPAM, VIRUS, ScannedGateway

KEYS = Keys()
ALL = ("clamd", "spamd", "rspamd")
BUDGET = 2.0  # seconds
SLACK = 2.0   # of a busy machine with two cores; the figure measured is in the test's name


def config(directory=None, **sections):
    out = {"budget": f'per_message = "{int(BUDGET * 1000)}ms"', **{name: "enabled = true" for name in ALL}}
    out["content"] = "shadow = false"
    for section, text in sections.items():
        out[section] = out.get(section, "") + "\n" + text
    return out


def scans(head):
    return sorted(unfold(value) for value in fields(head, "X-Spillway-Scan"))


def log_line(gateway, marker):
    """The log line of the message whose sender begins with `marker`."""
    wait_until(lambda: f"from=<{marker}@" in gateway.milter_log(), marker)
    return next(line for line in gateway.milter_log().splitlines() if f"from=<{marker}@" in line)


def total_ms(line):
    return float(re.search(r" total=([\d.]+)ms", line)[1])


def send(gateway, marker, text=b"", **envelope):
    body = message(marker) + text + b"\r\n"
    return gateway.send(body, mail_from=f"{marker}@good.example", **envelope)


def deliver(gateway, marker, text=b"", **envelope):
    head, _ = gateway.deliver(marker, message(marker) + text + b"\r\n", mail_from=f"{marker}@good.example", **envelope)
    return head


def test_verdicts(gateway):
    tap.ok(scans(deliver(gateway, "plain")) ==
           ["clamd=clean", "rspamd=clean (no action, 0.0 of 15.0)", "spamd=clean (0.0 of 5.0)"],
           "each scanner says what it found")
    code, text = send(gateway, "virus", VIRUS)
    tap.ok(code == 550 and "5.7.1" in text and "rejected by clamd: infected: Spillway.Test.UNOFFICIAL" in text, f"a virus: {text}")
    code, text = gateway.send(attachment("packed", 3000).replace(b"\r\n\r\n", b"\r\nX-Test: " + VIRUS + b"\r\n\r\n", 1))
    tap.ok(code == 550, "also in a header field")
    hidden = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"\0\1" + VIRUS * 10) + b"\r\n"
    code, text = gateway.send(b"X-Odd: first\r\ncontent-type: application/octet-stream\r\n" + hidden)
    tap.ok(code == 550, f"in base64, whatever field the message begins with: {text}")
    many = b"X-A: b\r\n" * 6000 + b"X-Marker: flooded\r\nContent-Type: application/octet-stream\r\n" + hidden
    head, _ = gateway.deliver("flooded", many)
    tap.like("\n".join(scans(head)), r"clamd=unscanned \(clean as far as", "behind more fields than we keep: at least not clean")
    head = deliver(gateway, "junkmail", SPAM)
    tap.like("\n".join(scans(head)), r"spamd=spam \(1\d\.\d of 5\.0, .*SPILLWAY_TEST", "SpamAssassin's score and rules")
    tap.ok(fields(head, "X-Spam-Flag") == ["YES"], "spam is marked")
    code, text = send(gateway, "gtube", GTUBE)
    tap.ok(code == 550 and "rejected by rspamd: spam: reject" in text, f"what rspamd rejects: {text}")
    head = deliver(gateway, "insider", SPAM + b"\r\n" + GTUBE, login="ann")
    tap.ok(scans(head) == ["clamd=clean"], "authenticated users' mail goes to clamd only")
    lied = message("lied", headers="X-Spillway-Scan: clamd=clean\nX-Spam-Flag: NO\nX-Spillway-Scan: all=clean\n")
    head, _ = gateway.deliver("lied", lied)
    tap.ok(len(scans(head)) == 3 and not fields(head, "X-Spam-Flag"), "a stranger's fields of these names go")
    line = log_line(gateway, "junkmail")
    tap.like(line, r" clamd=pass/[\d.]+ms spamd=fail/[\d.]+ms \(.*SPILLWAY_TEST.*\) rspamd=pass/", "the log has it all")


def flood(gateway, name, count):
    """The log lines of `count` messages at once."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        replies = list(pool.map(lambda i: send(gateway, f"{name}{i}")[0], range(count)))
    return replies, [log_line(gateway, f"{name}{i}") for i in range(count)]


def test_hung(gateway):
    for name in ALL:
        gateway.scanners.signal(name, signal.SIGSTOP)
    replies, lines = flood(gateway, "hung", 300)
    tap.ok(replies == [250] * 300, "with every scanner hung, 300 messages at once are all accepted")
    worst = max(map(total_ms, lines))
    tap.ok(worst <= (BUDGET + SLACK) * 1000, f"and have their verdict in time: budget {BUDGET * 1000:.0f} ms, worst {worst} ms")
    tap.ok(all("unscanned=clamd,spamd,rspamd" in line for line in lines), "the log says that nothing was scanned")
    line = next(line for line in lines if "late=clamd" in line)
    tap.like(line, r"clamd=late/[\d.]+ms \(waiting for unix:\S+clamd.sock\)", "and what was waited for")
    # A server whose limit is small has seen only a few of them.
    waves = itertools.count()

    def opened():
        if all(f"{name}: not asked until" in gateway.milter_log() for name in ALL):
            return True
        flood(gateway, f"wave{next(waves)}-", 10)
        return False

    wait_until(opened, "the circuits to open")
    head = deliver(gateway, "next")
    took = total_ms(log_line(gateway, "next"))
    tap.ok(took < BUDGET * 1000 / 4, f"the circuit opens, the next message does not wait: {took} ms")
    tap.ok(all("unscanned (" in scan and "not asked" in scan for scan in scans(head)), "and says so in its header")
    for name in ALL:
        gateway.scanners.signal(name, signal.SIGCONT)
    start = time.monotonic()
    number = 0
    while any("unscanned" in scan for scan in scans(deliver(gateway, f"again{number}x"))) and time.monotonic() < start + 30:
        number += 1
        time.sleep(0.1)
    took = time.monotonic() - start
    tap.ok(took < 10, f"and when they go on, they are asked again: after {took:.1f} s")
    tap.like(gateway.milter_log(), r"clamd: unix:\S+ answers again after \d+\.\d s", "which is logged")


def test_dead_and_back(gateway):
    gateway.end("clamd")
    head = deliver(gateway, "dead")
    tap.like("\n".join(scans(head)), r"clamd=unscanned \(unix:\S+clamd.sock: (No such file|Connection refused)",
             "without a clamd the message says why it is unscanned")
    gateway.scanners.start("clamd")
    wait_until(lambda: send(gateway, f"back{time.monotonic_ns()}", VIRUS)[0] == 550, "clamd to be asked again")
    tap.ok(True, "a clamd that comes back is asked again")


def main():
    enter_namespace()
    with ScannedGateway(KEYS.zone(), config(), policyd=False) as gateway:
        tap.run(test_verdicts, gateway)
        tap.run(test_hung, gateway)
        tap.run(test_dead_and_back, gateway)
    strict = config(clamd='tempfail_on_down = ["external"]\ntempfail_on_timeout = ["external"]')
    strict.pop("spamd"), strict.pop("rspamd")
    with ScannedGateway(KEYS.zone(), strict, policyd=False) as gateway:
        gateway.end("clamd")
        code, text = send(gateway, "strict")
        tap.ok(code == 451 and "checks could not be made" in text, f"where it must be scanned, it comes again: {text}")
        tap.ok(send(gateway, "ours", login="ann")[0] == 250, "and only for the classes that were named")
    shadow = config(content="")
    shadow["content"] = "shadow = true"
    with ScannedGateway(KEYS.zone(), shadow, policyd=False) as gateway:
        head = deliver(gateway, "shadow", VIRUS)
        tap.ok("clamd=infected (Spillway.Test.UNOFFICIAL)" in scans(head), "in shadow mode a virus is only reported")
        tap.like(log_line(gateway, "shadow"), r" would=reject\(clamd\)", "with what would have been done")
    tap.done()


main()
