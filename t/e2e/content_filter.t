#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A content filter behind Postfix's queue, as amavis is one: what it hands back comes from this machine, and is
still a stranger's mail."""

import pathlib
import smtplib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "rig"))

import tap
from gateway import AUTHSERV_ID, BUILD, PATIENCE, Gateway, Sink, can_connect, enter_namespace, fields, unfold, wait_until
from mail import Keys, message

ZONE = Keys().zone() + "sign.example TXT v=spf1 -all\n"


class HandsBack(Sink):
    """Takes mail at port 10024, and gives it to port 10025 once more."""

    def keep(self, message):
        with smtplib.SMTP("127.0.0.1", 10025, timeout=PATIENCE) as back:
            back.sendmail("sender@sign.example", ["rcpt@example.net"], message)


def new_key(directory):
    made = subprocess.run([BUILD / "spillwayctl", "dkim", "new-key", "sign.example", "s", "--type", "ed25519", "--dir",
                           directory], check=True, capture_output=True, text=True).stdout
    record = next(line.split("value", 1)[1].strip() for line in made.splitlines() if "value" in line)
    table = pathlib.Path(directory) / "table"
    table.write_text(f"sign.example sign.example s {directory}/sign.example.s.pem\n")
    return table, f"s._domainkey.sign.example TXT {record}\n"


def put_behind_a_filter(gateway):
    with open(gateway.directory / "etc/master.cf", "a", encoding="ascii") as master:
        master.write("127.0.0.1:10025 inet n - n - - smtpd -o content_filter= -o smtpd_client_restrictions=permit\n")
    subprocess.run(["postconf", "-c", gateway.directory / "etc", "-e", "content_filter=smtp:[127.0.0.1]:10024"], check=True)
    gateway.postfix_command("stop")
    gateway.postfix_command("start")
    wait_until(lambda: can_connect(("127.0.0.1", 25)) and can_connect(("127.0.0.1", 10025)), "Postfix")


def ours(head):
    return [unfold(value) for value in fields(head, "Authentication-Results") if AUTHSERV_ID in value]


def test_strangers(gateway):
    forged = f"Authentication-Results: {AUTHSERV_ID}; spf=pass smtp.mailfrom=sender@sign.example\n"
    text = message("stranger", sender="ann@sign.example", headers=forged)
    head, _ = gateway.deliver("stranger", text, mail_from="sender@sign.example", client="203.0.113.9")
    wait_until(lambda: gateway.milter_log().count("verdict=accept") == 2, "both passes")
    tap.ok(not fields(head, "DKIM-Signature"), "what a stranger sends in our name is not signed when it is handed back")
    tap.like(gateway.milter_log(), r"sign=skipped/\S+ \(handed back by a content filter\)", "and the log says why")
    tap.ok(len(ours(head)) == 1 and "spf=fail" in ours(head)[0], f"our results for the stranger stay, alone: {ours(head)}")
    tap.like(gateway.milter_log(), r"client=127.0.0.1 class=internal", "although the filter's address is ours")


def test_ours(gateway):
    head, _ = gateway.deliver("ours", message("ours", sender="ann@sign.example"), client="198.51.100.7", login="ann")
    tap.ok(fields(head, "DKIM-Signature"), "what a user of ours sends is signed")


enter_namespace()
with tempfile.TemporaryDirectory(prefix="spillway-keys-") as keys:
    pathlib.Path(keys).chmod(0o755)
    signing_table, key_record = new_key(keys)
    config = {"clients": 'internal = ["127.0.0.0/8"]', "sign": f'enabled = true\ntable = "{signing_table}"'}
    with Gateway(ZONE + key_record, config, policyd=False) as running:
        behind = HandsBack(10024)
        put_behind_a_filter(running)
        tap.run(test_strangers, running)
        tap.run(test_ours, running)
        behind.server.shutdown()
tap.done()
