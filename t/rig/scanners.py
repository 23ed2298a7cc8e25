# SPDX-License-Identifier: BSD-2-Clause
"""Debian's clamd, spamd and rspamd, with a few rules of ours in place of their own, in a directory of the
test."""

import contextlib
import os

from gate import Gate
from gateway import Gateway, can_connect, wait_until

VIRUS = b"spillway-test-virus-4711"
SPAM = b"spillway-test-spam-4711"
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

# While clamd reloads without ConcurrentDatabaseReload, all clients wait; sometimes the reload begins only
# when an idle thread of clamd ends.
CLAMD = """\
DatabaseDirectory {directory}/clamd
TemporaryDirectory {directory}/clamd
Foreground yes
MaxThreads 20
ConcurrentDatabaseReload no
IdleTimeout 1
"""
SPAMD_RULES = f"""\
body SPILLWAY_TEST /{SPAM.decode()}/
score SPILLWAY_TEST 10
use_bayes 0
use_auto_whitelist 0
skip_rbl_checks 1
dns_available no
util_rb_tld com net org example
include gate.txt
"""
RSPAMD = """\
lua = "{directory}/gate.lua";
options {{
  tempdir = "{directory}"; rundir = "{directory}"; pidfile = "{directory}/rspamd.pid";
  dns {{ nameserver = ["127.0.0.1"]; }}
  gtube_patterns = "all";
}}
logging {{ type = "file"; filename = "{directory}/rspamd-own.log"; level = "warning"; }}
worker "normal" {{ count = 1; bind_socket = "127.0.0.1:11333"; }}
actions {{ reject = 15; add_header = 6; }}
"""
RSPAMD_LUA = 'for line in io.lines("{directory}/gate.txt") do end\n'


class Scanners:
    """On a Gateway, inside its directory. Name: "clamd", "spamd", "rspamd"."""

    def __init__(self, gateway):
        self.gateway = gateway
        directory = gateway.directory
        for name in ("clamd", "spamd"):
            (directory / name).mkdir()
        (directory / "clamd/test.ndb").write_text(f"Spillway.Test:0:*:{VIRUS.hex()}\n")
        (directory / "spamd/local.cf").write_text(SPAMD_RULES)
        (directory / "spamd/init.pre").write_text("loadplugin Mail::SpamAssassin::Plugin::Check\n")
        (directory / "rspamd.conf").write_text(RSPAMD.format(directory=directory))
        (directory / "gate.lua").write_text(RSPAMD_LUA.format(directory=directory))
        self.gates = {
            "clamd": Gate(directory / "clamd/gate.ndb", "Spillway.Gate:0:*:00112233445566778899\n"),
            "spamd": Gate(directory / "spamd/gate.txt", "# all is there\n"),
            "rspamd": Gate(directory / "gate.txt", "all is there\n"),
        }
        self.addresses = {"clamd": f"{directory}/clamd.sock", "spamd": ("127.0.0.1", 783),
                          "rspamd": ("127.0.0.1", 11333)}

    def command(self, name, address):
        """The command that starts scanner `name` at `address`."""
        directory = self.gateway.directory
        local = isinstance(address, str)
        if name == "rspamd":
            return ["rspamd", "-f", "-i", "-c", directory / "rspamd.conf"]
        if name == "clamd":
            path = directory / "clamd.conf"
            path.write_text(CLAMD.format(directory=directory) +
                            (f"LocalSocket {address}\n" if local else f"TCPAddr {address[0]}\nTCPSocket {address[1]}\n"))
            return ["clamd", "-c", path]
        where = [f"--socketpath={address}"] if local else ["-i", address[0], "-p", str(address[1])]
        return ["spamd", "--local", "--max-children=2", "-u", "nobody", "-x", "-s", "stderr",
                "-C", directory / "spamd", f"--siteconfigpath={directory / 'spamd'}", *where]

    def start(self, name, kind=None):
        """With `kind`, a scanner of that kind is started at the address of `name`."""
        self.gateway.spawn(name, *self.command(kind or name, self.addresses[name]))
        wait_until(lambda: can_connect(self.addresses[name]), name)

    def signal(self, name, number):
        """Sends a signal to the scanner and its workers."""
        pid = self.gateway.running[name].pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            for each in [pid, *map(int, children.read().split())]:
                with contextlib.suppress(ProcessLookupError):  # a worker that has ended
                    os.kill(each, number)


class ScannedGateway(Gateway):
    """A gateway whose scanners, those with a section in `config`, run before its filter does."""

    def start(self):
        self.scanners = Scanners(self)
        if "clamd" in self.config:
            self.config["clamd"] += f'\nservers = ["unix:{self.scanners.addresses["clamd"]}"]'
        for name in self.scanners.addresses:
            if name in self.config:
                self.scanners.start(name)
        super().start()
