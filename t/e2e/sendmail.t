# SPDX-License-Identifier: BSD-2-Clause
"""The gateway with Sendmail: the same results, and the filter asks the policy daemon at connect."""

import json
import pathlib
import smtplib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import AUTHSERV_ID, PATIENCE, enter_namespace, fields, unfold, wait_until
from mail import Keys, message
from sendmail import SendmailGateway, unpack

KEYS = Keys()


def send(source, text, sender="sender@good.example"):
    """The code of the last reply."""
    try:
        with smtplib.SMTP("127.0.0.1", 25, timeout=PATIENCE, source_address=(source, 0)) as smtp:
            smtp.ehlo("mail.good.example")
            smtp.sendmail(sender, ["rcpt@example.net"], text)
            return 250
    except smtplib.SMTPResponseException as error:
        return error.smtp_code


def state(gateway):
    return json.loads(gateway.status("--json"))


def test_results(gateway):
    text = KEYS.sign(message("sendmail1", headers=f"Authentication-Results: {AUTHSERV_ID}; dkim=pass header.d=bank.example\n"))
    tap.ok(send("127.2.0.1", text) == 250, "Sendmail takes the message")
    head = gateway.sink.wait_for(b"<sendmail1@").partition(b"\r\n\r\n")[0] + b"\r\n"
    found = [unfold(value) for value in fields(head, "Authentication-Results")]
    tap.ok(len(found) == 1 and "bank.example" not in found[0], f"the forged field is gone: {found}")
    tap.like(found[0], rf"^{AUTHSERV_ID}; spf=fail smtp.mailfrom=sender@good.example; .*dkim=pass header.d=good.example", "and ours is there")
    tap.like(gateway.milter_log(), r"client=127\.2\.0\.1 class=external", "with the client's address")


def test_tempfail(gateway):
    odd = message("odd", headers='Content-Type: application/octet-stream; name="100% off.exe"\n')
    code = send("127.2.0.1", odd)
    tap.ok(code == 451, f"a tempfail is one, whatever is in its text: {code}")


def test_quarantine(gateway):
    odd = message("twofold", headers='Content-Disposition: attachment; filename="invoice.pdf.html"\n')
    tap.ok(send("127.2.0.1", odd) == 250, "what is to be held is accepted")
    held = [path.read_bytes() for path in (gateway.directory / "queue").glob("hf*")]
    tap.ok(len(held) == 1 and b"misleading name" in held[0], "and stays in the queue, with the reason")


def test_refused_at_connect(gateway):
    idle = [smtplib.SMTP("127.0.0.1", 25, timeout=PATIENCE, source_address=(f"127.2.1.{i}", 0)) for i in range(1, 5)]
    wait_until(lambda: state(gateway)["sessions"] >= 4, "the sessions in the telemetry")
    gateway.ctl("shed", "hold", "5", "--for", "10m")
    code = send("127.2.0.1", message("refused"))
    tap.ok(code == 421, f"the filter asks, and the session is refused: {code}")
    for one in idle:
        one.quit()
    wait_until(lambda: state(gateway)["sessions"] == 0, "the sessions to end")
    tap.ok(send("127.2.0.1", message("sendmail2")) == 250, "with room again it is admitted")
    gateway.ctl("shed", "auto")


def test_policyd_gone(gateway):
    gateway.end("policyd")
    tap.ok(send("127.2.0.1", message("sendmail3")) == 250, "without the policy daemon mail flows")


unpack()
enter_namespace()
CONFIG = {"content": "shadow = false", "attachments": 'enabled = true\non_forbidden = "tempfail"'}
with SendmailGateway(KEYS.zone(), CONFIG, asks=True) as running:
    for test in (test_results, test_tempfail, test_quarantine, test_refused_at_connect, test_policyd_gone):
        tap.run(test, running)
tap.done()
