# SPDX-License-Identifier: BSD-2-Clause
"""Debian's own clamd, spamd and rspamd, with a few rules of ours instead of theirs, below a directory of
the test's."""

import os

from gateway import can_connect, wait_until

VIRUS = b"spillway-test-virus-4711"
SPAM = b"spillway-test-spam-4711"
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

CLAMD = """\
LocalSocket {directory}/clamd.sock
DatabaseDirectory {directory}/clamd
TemporaryDirectory {directory}/clamd
Foreground yes
MaxThreads 20
"""
SPAMD_RULES = f"""\
body SPILLWAY_TEST /{SPAM.decode()}/
score SPILLWAY_TEST 10
use_bayes 0
use_auto_whitelist 0
skip_rbl_checks 1
dns_available no
util_rb_tld com net org example
"""
RSPAMD = """\
options {{
  tempdir = "{directory}"; rundir = "{directory}"; pidfile = "{directory}/rspamd.pid";
  dns {{ nameserver = ["127.0.0.1"]; }}
  gtube_patterns = "all";
}}
logging {{ type = "file"; filename = "{directory}/rspamd-own.log"; level = "warning"; }}
worker "normal" {{ count = 1; bind_socket = "127.0.0.1:11333"; }}
actions {{ reject = 15; add_header = 6; }}
"""


class Scanners:
    """On a Gateway, inside its directory. Name: "clamd", "spamd", "rspamd"."""

    def __init__(self, gateway):
        self.gateway = gateway
        directory = gateway.directory
        for name in ("clamd", "spamd"):
            (directory / name).mkdir()
        (directory / "clamd/test.ndb").write_text(f"Spillway.Test:0:*:{VIRUS.hex()}\n")
        (directory / "clamd.conf").write_text(CLAMD.format(directory=directory))
        (directory / "spamd/local.cf").write_text(SPAMD_RULES)
        (directory / "spamd/init.pre").write_text("loadplugin Mail::SpamAssassin::Plugin::Check\n")
        (directory / "rspamd.conf").write_text(RSPAMD.format(directory=directory))
        self.commands = {
            "clamd": ["clamd", "-c", directory / "clamd.conf"],
            "spamd": ["spamd", "--local", "--max-children=2", "-i", "127.0.0.1", "-p", "783", "-u", "nobody", "-x", "-s", "stderr",
                      "-C", directory / "spamd", f"--siteconfigpath={directory / 'spamd'}"],
            "rspamd": ["rspamd", "-f", "-i", "-c", directory / "rspamd.conf"],
        }
        self.addresses = {"clamd": f"{directory}/clamd.sock", "spamd": ("127.0.0.1", 783),
                          "rspamd": ("127.0.0.1", 11333)}

    def start(self, name):
        self.gateway.spawn(name, *self.commands[name])
        wait_until(lambda: can_connect(self.addresses[name]), name)

    def start_all(self):
        for name in self.commands:
            self.start(name)

    def signal(self, name, number):
        """To the server and its workers."""
        pid = self.gateway.running[name].pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            for each in [pid, *map(int, children.read().split())]:
                os.kill(each, number)
