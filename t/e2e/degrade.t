#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""When messages wait for what never comes, the policy daemon shortens the budget for checks whose lateness is
accepted, so that the slots suffice and nobody is refused. Without the policy daemon the budget is whole."""

import concurrent.futures
import json
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import Gateway, enter_namespace, wait_until
from mail import message

ZONE = "@silent silent.example\n"
SLOTS = 20
CLIENTS = 15
BUDGET = 2000  # ms
CONFIG = {"budget": f'per_message = "{BUDGET}ms"', "admission": f"slots = {SLOTS}"}


def send(gateway, number):
    """A message for which SPF waits for a name server that says nothing, each for another name."""
    return gateway.send(message(f"m{number}"), mail_from=f"m{number}@d{number}.silent.example")[0]


def flood(gateway, first, count):
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda i: send(gateway, i), range(first, first + count)))


def line_of(gateway, number):
    found = []

    def there():
        found[:] = re.findall(rf".* from=<m{number}@.*", gateway.milter_log())
        return bool(found)

    wait_until(there, "the log line")
    return found[0]


def total(line):
    return float(re.search(r" total=([\d.]+)ms", line)[1])


def test_budget_is_whole_while_there_is_room(gateway):
    code = send(gateway, 0)
    line = line_of(gateway, 0)
    tap.ok(code == 250 and " budget=" not in line, "one message has the whole budget")
    tap.ok(total(line) >= BUDGET - 100, f"it waits for SPF as long as that: {total(line):.0f} ms")
    tap.ok("late=spf" in line, "and says that SPF is late")


def test_budget_is_shortened(gateway):
    codes = flood(gateway, 1, 200)
    status = json.loads(gateway.status("--json"))
    tap.ok(codes.count(250) == len(codes), f"all of {len(codes)} messages are accepted: {codes.count(250)}")
    tap.ok(status["refused_total"] == 0, f"nobody is refused: {status['refused_total']}")
    tap.ok(status["effective_budget_ms"] < BUDGET, f"status shows the budget: {status['effective_budget_ms']} ms")
    last = line_of(gateway, 200)
    shortened = re.search(r" budget=([\d.]+)ms", last)
    tap.ok(shortened and float(shortened[1]) < BUDGET, f"the budget is shorter: {shortened and shortened[1]} ms")
    tap.ok(shortened and total(last) < float(shortened[1]) + 500, f"the message is as short: {total(last):.0f} ms")
    tap.ok("late=spf" in last, "and SPF is late, which is said")
    tap.ok("budget=" in gateway.log("policyd"), "the policy daemon says so")


def test_policy_daemon_gone(gateway):
    gateway.end("policyd", signal.SIGKILL)
    numbers = iter(range(1000, 1100))
    lines = []

    def whole():
        number = next(numbers)
        send(gateway, number)
        lines.append(line_of(gateway, number))
        return " budget=" not in lines[-1]

    wait_until(whole, "the whole budget")
    tap.ok(total(lines[-1]) >= BUDGET - 100, f"the budget is whole again: {total(lines[-1]):.0f} ms")


def main():
    enter_namespace()
    with Gateway(ZONE, CONFIG, slots=SLOTS) as gateway:
        tap.run(test_budget_is_whole_while_there_is_room, gateway)
        tap.run(test_budget_is_shortened, gateway)
        tap.run(test_policy_daemon_gone, gateway)
    tap.done()


main()
