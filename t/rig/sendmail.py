# SPDX-License-Identifier: BSD-2-Clause
"""The gateway with a private Sendmail in Postfix's place. The Debian packages conflict with Postfix, so they are
unpacked below build/ and run from there."""

import pathlib
import subprocess
import tempfile

from gateway import ROOT, Gateway, can_connect, wait_until

UNPACKED = ROOT / "build/sendmail"
PACKAGES = ["sendmail-bin", "sendmail-base", "sendmail-cf"]

MC = """\
define(`_CF_DIR_', `{cf}/')dnl
include(`{cf}/m4/cf.m4')dnl
OSTYPE(`linux')dnl
define(`QUEUE_DIR', `{directory}/queue')dnl
define(`STATUS_FILE', `{directory}/statistics')dnl
define(`confPID_FILE', `{directory}/sendmail.pid')dnl
define(`confCONTROL_SOCKET_NAME', `')dnl
define(`confTO_IDENT', `0')dnl
define(`confRUN_AS_USER', `root')dnl
define(`confTRUSTED_USER', `root')dnl
define(`confDOMAIN_NAME', `mx.example.net')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h 2525')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`promiscuous_relay')dnl
DAEMON_OPTIONS(`Name=MTA, Family=inet, Address=127.0.0.1, Port=25')dnl
{filter}
MAILER(`smtp')dnl
"""


def unpack():
    """Downloads and unpacks Sendmail, once."""
    if (UNPACKED / "usr/libexec/sendmail/sendmail").exists():
        return
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=directory, check=True, capture_output=True)
        for package in pathlib.Path(directory).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, UNPACKED], check=True)


class SendmailGateway(Gateway):
    """Call unpack() before enter_namespace(): inside there is no way out."""

    def __init__(self, zone, config=None, **options):
        # Sendmail refuses sockets below directories that others may write to, /tmp among them.
        super().__init__(zone, config, base="/run", **options)

    def start_postfix(self):
        queue = self.directory / "queue"
        queue.mkdir(mode=0o700)
        sample = (ROOT / "conf/sendmail/spillway.mc").read_text()
        sample = sample.replace("/run/spillway/milter.sock", f"{self.sockets}/milter.sock")
        mc = MC.format(cf=UNPACKED / "usr/share/sendmail/cf", directory=self.directory,
                       filter="".join(line for line in sample.splitlines(True) if not line.startswith("dnl")))
        cf = self.directory / "sendmail.cf"
        cf.write_bytes(subprocess.run(["m4"], input=mc.encode(), check=True, capture_output=True).stdout)
        self.spawn("sendmail", "unshare", "-u", "sh", "-c", f"hostname mx.example.net; exec {UNPACKED}/usr/libexec/sendmail/"
                   f"sendmail -C {cf} -bD -q1s -X {self.directory}/smtp.log")
        wait_until(lambda: can_connect(("127.0.0.1", 25)), "Sendmail")
