# SPDX-License-Identifier: BSD-2-Clause
"""Admission on a real Postfix: who is refused, where, and what happens when a part of it dies."""

import concurrent.futures
import json
import pathlib
import signal
import smtplib
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import PATIENCE, Gateway, enter_namespace, wait_until
from mail import Keys, message

KEYS = Keys()
DEVICES = 'internal = ["127.1.0.0/16"]\ncannot_retry = ["127.1.0.0/16"]'
STRANGER, DEVICE = "127.2.0.1", "127.1.0.1"


def connect(source):
    return smtplib.SMTP("127.0.0.1", 25, timeout=PATIENCE, source_address=(source, 0))


def greeting(source):
    """The code of the greeting."""
    with socket.create_connection(("127.0.0.1", 25), PATIENCE, (source, 0)) as raw:
        return int(raw.makefile("rb").readline()[:3])


def timed_greeting(source):
    start = time.monotonic()
    return greeting(source), time.monotonic() - start


def send(source, marker):
    """The code and text of the last reply."""
    try:
        with connect(source) as smtp:
            smtp.sendmail("user@good.example", ["rcpt@example.net"], message(marker))
            return 250, ""
    except smtplib.SMTPConnectError as error:
        return error.smtp_code, error.smtp_error.decode()
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return code, text.decode()
    except smtplib.SMTPResponseException as error:
        return error.smtp_code, error.smtp_error.decode()


def state(gateway):
    return json.loads(gateway.status("--json"))


def test_order_of_refusal(gateway):
    idle = [connect(f"127.2.1.{i}") for i in range(1, 7)]
    wait_until(lambda: state(gateway)["sessions"] >= 6, "the sessions in the telemetry")
    gateway.ctl("shed", "hold", "5", "--for", "10m")
    tap.ok(greeting(STRANGER) == 421, "severe: a stranger is refused at the greeting")
    tap.like(gateway.ctl("explain", STRANGER), r"refused_in_a_row +1\n", "which is remembered")
    for one in idle:
        one.quit()
    wait_until(lambda: state(gateway)["sessions"] == 0, "the sessions to end")
    tap.ok(send(DEVICE, "device2")[0] == 250, "a device is admitted")
    wait_until(lambda: state(gateway)["sessions"] == 0, "its session to end")
    code, text = send(STRANGER, "back")
    tap.ok(code == 250, f"the stranger comes back and is admitted: {code} {text}")
    tap.like(gateway.ctl("explain", STRANGER), r"came_back +1\n", "and that is remembered")
    tap.like(gateway.ctl("explain", DEVICE), r"tier +T0 listed in \[clients\] cannot_retry", "the device is known as one")
    tap.like(gateway.ctl("clients"), r"127\.2\.0\.1 +T\d", "both are in the list of clients")


def test_mild_refuses_messages(gateway):
    gateway.ctl("shed", "hold", "60", "--for", "10m")
    idle = [connect(f"127.2.1.{i}") for i in range(1, 15)]
    wait_until(lambda: state(gateway)["sessions"] >= 14, "the sessions in the telemetry")
    with connect(STRANGER) as smtp:
        smtp.ehlo()
        tap.ok(smtp.mail("user@good.example")[0] == 250, "mild: no refusal before RCPT")
        code, text = smtp.rcpt("a@example.net")
        tap.ok(code == 450 and b"4.3.2" in text, f"but there: {code} {text.decode()}")
        tap.ok(smtp.rcpt("b@example.net")[0] == 450, "the same for each recipient")
        smtp.close()
    for one in idle:
        one.quit()
    gateway.ctl("shed", "auto")
    wait_until(lambda: state(gateway)["sessions"] == 0, "the sessions to end")


def test_persistent_session(gateway):
    with connect(STRANGER) as smtp:
        smtp.sendmail("user@good.example", ["rcpt@example.net"], message("first"))
        idle = [connect(f"127.2.1.{i}") for i in range(1, 7)]
        wait_until(lambda: state(gateway)["sessions"] >= 7, "the sessions in the telemetry")
        gateway.ctl("shed", "hold", "5", "--for", "10m")
        smtp.ehlo()
        code, text = smtp.mail("user@good.example")
        tap.ok(code == 421, f"a session that stays is refused at its next MAIL: {code} {text.decode()}")
        smtp.close()
    for one in idle:
        one.quit()
    gateway.ctl("shed", "auto")


def test_order_expires(gateway):
    gateway.ctl("shed", "hold", "5", "--for", "1s")
    wait_until(lambda: state(gateway)["admission_order"] == "auto", "the order to expire")
    tap.ok(True, "an order expires by itself")


def test_policyd_dies_hangs_restarts(gateway):
    gateway.end("policyd", signal.SIGKILL)
    tap.ok(send(STRANGER, "killed")[0] == 250, "mail flows with the policy daemon killed")
    gateway.start_policyd()
    tap.ok(send(STRANGER, "restarted")[0] == 250, "and after its restart")
    tap.like(gateway.ctl("explain", STRANGER), r"T\d", "it answers again")
    gateway.running["policyd"].send_signal(signal.SIGSTOP)
    start = time.monotonic()
    code, text = send(STRANGER, "stopped")
    took = time.monotonic() - start
    gateway.running["policyd"].send_signal(signal.SIGCONT)
    tap.ok(code == 250, f"and with it hanging: {code} {text}")
    tap.ok(took < 12, f"three questions, two seconds each at the most: {took:.1f} s")


def test_filter_trouble_is_named(gateway):
    for how, names in ((signal.SIGSTOP, ("silent", "deaf")), (signal.SIGKILL, ("absent",))):
        start = time.monotonic()
        gateway.running["milter"].send_signal(how)
        wait_until(lambda names=names: state(gateway)["filter_state"] in names, f"{names} to be named")
        took = time.monotonic() - start
        tap.ok(took < 10, f"{names[-1]} is named within 10 s: {took:.1f} s")
        if how == signal.SIGSTOP:
            gateway.running["milter"].send_signal(signal.SIGCONT)
            wait_until(lambda: state(gateway)["filter_state"] == "fine", "the filter to be fine")
    gateway.end("milter")
    gateway.start_milter()
    wait_until(lambda: state(gateway)["filter_state"] == "fine", "the new filter to be seen")
    tap.ok(send(STRANGER, "again")[0] == 250, "and all is well with a new one")


def test_idle_clients():
    """Slots held by clients that send nothing are no reason to refuse others, and are said to be what they are."""
    with Gateway(KEYS.zone(), {"clients": DEVICES, "admission": "slots = 20"}, slots=20) as gateway:
        idle = [connect(f"127.2.{i}.1") for i in range(1, 19)]
        wait_until(lambda: "clients hold them that send no message" in gateway.log("policyd"), "the log to say so")
        for i in range(30):
            code, text = send(f"127.3.{i}.1", f"healthy{i}")
            if code != 250:
                break
        tap.ok(code == 250, f"healthy mail is admitted: {code} {text}")
        tap.ok(state(gateway)["admission"] == "healthy", "all is well")
        tap.ok(state(gateway)["refused_total"] == 0, "nobody was refused")
        for one in idle:
            one.quit()


def test_hung_filter():
    """A filter that stands still: who can come again is refused once half of the slots wait for it, devices are not."""
    with Gateway(KEYS.zone(), {"clients": DEVICES, "admission": "slots = 20"}, slots=20) as gateway:
        send(STRANGER, "before")
        gateway.running["milter"].send_signal(signal.SIGSTOP)
        wait_until(lambda: state(gateway)["filter_state"] in ("silent", "deaf", "hung"), "the filter to be named")
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            answers = list(pool.map(timed_greeting, (f"127.2.{i}.1" for i in range(1, 31))))
        refused = sorted(took for code, took in answers if code == 421)
        tap.ok(len(refused) >= 10, f"of 30 strangers at once {len(refused)} are refused at the greeting")
        tap.ok(refused and refused[len(refused) // 2] < 2, f"most at once: {refused[len(refused) // 2]:.1f} s")
        tap.ok(greeting(DEVICE) == 220, "a device is not")
        gateway.running["milter"].send_signal(signal.SIGCONT)
        wait_until(lambda: state(gateway)["filter_state"] == "fine", "the filter to be fine")
        tap.ok(send(STRANGER, "after")[0] == 250, "and all is well again")


def test_waived_for_devices():
    config = {"clients": DEVICES, "spf": 'on_timeout = "tempfail"', "budget": 'per_message = "300ms"'}
    with Gateway(KEYS.zone(), config) as gateway:
        code, _ = gateway.send(message("stranger"), mail_from="user@silent.example", client="192.0.2.1")
        tap.ok(code == 451, "late and tempfail: a stranger is deferred")
        code, _ = gateway.send(KEYS.sign(message("device"), selector=b"hush"), mail_from="user@silent.example", client=DEVICE)
        tap.ok(code == 250, "what is late is waived for a device that would lose the mail")


def test_incident():
    """A scanner that gets stuck and whose lateness is not accepted, with a few slots: refusals begin by themselves,
    and end."""
    config = {"clients": DEVICES, "budget": 'per_message = "20s"', "admission": "slots = 12"}
    with Gateway(KEYS.zone(), config, scanner=4, on_timeout="tempfail") as gateway:
        for i in range(30):
            send(STRANGER, f"warm{i}")
        gateway.set_delay(60)
        stuck = [threading.Thread(target=send, args=(f"127.2.2.{i}", f"stuck{i}")) for i in range(1, 9)]
        for thread in stuck:
            thread.start()
        wait_until(lambda: state(gateway)["admission"] == "shedding", "the law to shed")
        status = state(gateway)
        tap.ok(status["admission_cause"] == "slots", f"because of {status['admission_cause']}")
        gateway.set_delay(0.05)
        for thread in stuck:
            thread.join()
        tap.ok(send(STRANGER, "afterwards")[0] == 250, "after the repair mail is admitted")
        incidents = gateway.ctl("incidents")
        tap.like(incidents, r"^\d{8}-\d{6}  \S+Z  .* so far, slots, peak [\d.]+ s", "the journal has the incident")
        line = gateway.ctl("incidents", incidents.split()[0])
        tap.like(line, r"Refusing new connections \(limit \d+\): \d+ of 12 SMTP processes busy, \d+ of them in the filter",
                 "and its time line")
        tap.like(line, r"Now: .*\n.*refused \d+ of \d+", "with the figures of now")
        gateway.end("policyd")
        gateway.start_policyd()
        tap.ok(state(gateway)["incident"] == incidents.split()[0], "a restart of the policy daemon goes on with it")
        tap.like(gateway.ctl("incidents"), r"\A[^\n]*\n\Z", "and is no other incident")
        tap.like(gateway.log("policyd"), r"state=shedding cause=slots incident=", "and the log its line")


enter_namespace()
with Gateway(KEYS.zone(), {"clients": DEVICES, "admission": "slots = 20"}) as running:
    for test in (test_order_of_refusal, test_mild_refuses_messages, test_persistent_session, test_order_expires,
                 test_policyd_dies_hangs_restarts, test_filter_trouble_is_named):
        tap.run(test, running)
for test in (test_idle_clients, test_hung_filter, test_waived_for_devices, test_incident):
    tap.run(test)
tap.done()
