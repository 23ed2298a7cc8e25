#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Real scanners, each in every trouble there is, with 200 messages at once: all of them have a verdict in
time, what should be found is found or the message is marked as unscanned, and soon after the trouble the
scanner is asked again."""

import concurrent.futures
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
import trouble
from gateway import enter_namespace, wait_until
from mail import Keys, message
from scanners import GTUBE, SPAM, VIRUS, ScannedGateway

COUNT = 200
BUDGET = 2.0  # seconds
SLACK = 2.0   # of a busy machine with two cores; the figure measured is in the test's name
SOON = 10.0   # seconds, until a scanner that is well again is asked
BAD = {"clamd": VIRUS, "spamd": SPAM, "rspamd": GTUBE}
TROUBLES = (trouble.hung, trouble.dead, trouble.slow, trouble.restarting, trouble.reloading, trouble.mistaken, trouble.noise)


def send(gateway, name, marker, bad):
    text = message(marker) + (BAD[name] if bad else b"") + b"\r\n"
    return gateway.send(text, mail_from=f"{marker}@good.example")[0]


def lines_of(gateway, markers):
    """The filter's log line of each message."""
    found = {}

    def all_there():
        found.update((match[1], match[0]) for match in re.finditer(r".* from=<(\w+)@.*", gateway.milter_log()))
        return all(marker in found for marker in markers)

    wait_until(all_there, "the log lines")
    return [found[marker] for marker in markers]


def flood(gateway, name, prefix):
    """The log lines of COUNT messages at once, every other one bad; and how many were not answered 250 or 550."""
    with concurrent.futures.ThreadPoolExecutor(COUNT) as pool:
        codes = list(pool.map(lambda i: send(gateway, name, f"{prefix}{i}", i % 2), range(COUNT)))
    return lines_of(gateway, [f"{prefix}{i}" for i in range(COUNT)]), sum(code not in (250, 550) for code in codes)


def outcome(name, line):
    """"pass", "fail" or "unscanned"."""
    if re.search(rf" unscanned=\S*\b{name}\b", line):
        return "unscanned"
    return re.search(rf" {name}=(\w+)/", line)[1]


def one_trouble(gateway, name, befall):
    prefix = f"{name}x{befall.__name__}x"
    with befall(gateway.scanners, name):
        lines, odd = flood(gateway, name, prefix)
    worst = max(float(re.search(r" total=([\d.]+)ms", line)[1]) for line in lines)
    outcomes = [outcome(name, line) for line in lines]
    scanned = COUNT - outcomes.count("unscanned")
    tap.ok(odd == 0 and worst <= (BUDGET + SLACK) * 1000,
           f"{name} {befall.__name__}: {COUNT} messages have their verdict in time, the last after {worst:.0f} ms")
    tap.ok(set(outcomes[0::2]) <= {"pass", "unscanned"} and set(outcomes[1::2]) <= {"fail", "unscanned"},
           f"{scanned} of them were scanned, and the others say that they were not")
    start, number = time.monotonic(), 0
    while True:
        marker = f"{prefix}after{number}"
        send(gateway, name, marker, True)
        if outcome(name, lines_of(gateway, [marker])[0]) == "fail":
            break
        number += 1
    took = time.monotonic() - start
    tap.ok(took < SOON, f"and it is asked again {took:.1f} s after it is well")


def main():
    enter_namespace()
    keys = Keys()
    for name in BAD:
        config = {"budget": f'per_message = "{int(BUDGET * 1000)}ms"', "content": "shadow = false", name: "enabled = true"}
        with ScannedGateway(keys.zone(), config, policyd=False) as gateway:
            for befall in TROUBLES:
                tap.run(one_trouble, gateway, name, befall)
    tap.done()


main()
