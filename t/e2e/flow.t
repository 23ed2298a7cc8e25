#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many clients at once, and what happens to mail when the daemons go away under it."""

import json
import pathlib
import signal
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import AUTHSERV_ID, Gateway, enter_namespace, fields, unfold
from mail import Keys, message

KEYS = Keys()
CLIENTS = 20
EACH = 15


def test_200_parallel_clients(gateway):
    count = 1000
    before = len(gateway.sink.messages)
    subprocess.run(["smtp-source", "-s", "200", "-m", str(count), "-l", "4096", "-N", "-f", "user@good.example",
                    "-t", "rcpt@example.net", "127.0.0.1:25"], check=True)
    tap.ok(gateway.sink.wait_for_count(before + count) == before + count, f"{count} messages from 200 clients arrive")
    checked = sum(1 for text in gateway.sink.messages[before:] if
                  text.split(b"\r\n\r\n")[0].count(f"Authentication-Results: {AUTHSERV_ID}".encode()) == 1)
    tap.ok(checked == count, f"every one with its result: {checked}")
    status = json.loads(gateway.status("--json"))
    tap.ok(status["in_flight"] == 0, "nothing is left in flight")
    tap.ok(status["late_total"] == 0, f"nothing was late: {status['late_total']}")


class Clients:
    """Clients that send, and send again after a 4xx, as mail servers do."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.accepted = []
        self.deferrals = 0
        self.refused = []
        self.lock = threading.Lock()
        self.progress = threading.Condition(self.lock)
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(CLIENTS)]

    def run(self, client):
        for number in range(EACH):
            marker = f"flow-{client}-{number}."
            while not self.attempt(marker):
                pass

    def attempt(self, marker):
        try:
            code, text = self.gateway.send(KEYS.sign(message(marker)))
        except OSError as error:
            code, text = 421, str(error)
        with self.lock:
            if code == 250:
                self.accepted.append(marker)
                self.progress.notify_all()
            elif code >= 500:
                self.refused.append(text)
            else:
                self.deferrals += 1
        return code == 250 or code >= 500

    def wait_for_accepted(self, count):
        with self.progress:
            self.progress.wait_for(lambda: len(self.accepted) >= count, 60)


def check_nothing_lost(gateway, clients):
    for thread in clients.threads:
        thread.join()
    tap.ok(not clients.refused, f"nothing was refused for good: {clients.refused[:3]}")
    tap.ok(len(clients.accepted) == CLIENTS * EACH, "every message was accepted in the end")
    for marker in clients.accepted:
        gateway.sink.wait_for(marker.encode())
    lost = [m for m in clients.accepted if not gateway.sink.find(m.encode())]
    unchecked = [text for m in clients.accepted for text in gateway.sink.find(m.encode())
                 if not any(unfold(v).startswith(f"{AUTHSERV_ID}; ") for v in
                            fields(text.split(b"\r\n\r\n")[0] + b"\r\n", "Authentication-Results"))]
    tap.ok(not lost, "what was accepted came out")
    tap.ok(not unchecked, "and none of it unchecked")
    print(f"# {clients.deferrals} deferrals")


def test_filter_restarts_in_mid_flow(gateway):
    for how in (signal.SIGTERM, signal.SIGKILL):
        gateway.sink.messages.clear()
        clients = Clients(gateway)
        for thread in clients.threads:
            thread.start()
        clients.wait_for_accepted(CLIENTS * EACH // 4)
        status = gateway.end("milter", how)
        if how == signal.SIGTERM:
            tap.ok(status == 0, f"the filter ends well on SIGTERM: {status}")
        gateway.start_milter()
        check_nothing_lost(gateway, clients)
    status = json.loads(gateway.status("--json"))
    tap.ok(status["generation"] == 3, "the policy daemon follows the new generations")
    tap.ok(status["filter"] == "running", "and sees the filter running")


def test_filter_absent(gateway):
    gateway.end("milter")
    code, text = gateway.send(message("absent"))
    tap.ok(400 <= code < 500, f"without the filter, mail is deferred: {code} {text}")
    gateway.start_milter()
    gateway.deliver("present", message("present"))
    tap.ok(True, "and flows again when it is back")


def test_policy_daemon_absent(gateway):
    gateway.end("policyd")
    gateway.deliver("nopolicy", message("nopolicy"))
    tap.ok(True, "without the policy daemon, mail flows")
    gateway.start_policyd()


enter_namespace()
with Gateway(KEYS.zone()) as running:
    for test in (test_200_parallel_clients, test_filter_restarts_in_mid_flow, test_filter_absent,
                 test_policy_daemon_absent):
        tap.run(test, running)
tap.done()
