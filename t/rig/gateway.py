# SPDX-License-Identifier: BSD-2-Clause
"""A whole mail gateway on loopback: DNS server, private Postfix, both daemons, and a sink for what
comes out. Lives in a network namespace of its own, with real port numbers; nothing of /etc is touched
but /etc/netns/NAME, which goes away with the namespace."""

import os
import pathlib
import shutil
import signal
import smtplib
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/release"
AUTHSERV_ID = "mx.example.net"
PATIENCE = 60  # seconds; for events that come in milliseconds on an idle machine


def enter_namespace():
    """Starts this script again inside a fresh network namespace, and ends with its exit status.
    Returns only inside."""
    if os.environ.get("SPILLWAY_NETNS"):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return
    if os.geteuid() != 0:
        sys.exit("this needs root: it makes a network namespace and starts a private Postfix in it")
    name = f"spillway-{os.getpid()}"
    etc = pathlib.Path("/etc/netns") / name
    etc.mkdir(parents=True)
    (etc / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    (etc / "hosts").write_text("127.0.0.1 mx.example.net localhost\n")
    try:
        subprocess.run(["ip", "netns", "add", name], check=True)
        for command in (["link", "set", "lo", "up"], ["addr", "add", "127.0.0.1/8", "dev", "lo"]):
            subprocess.run(["ip", "-n", name, *command], check=False, stderr=subprocess.DEVNULL)
        env = dict(os.environ, SPILLWAY_NETNS=name)
        # SIGINT goes to the whole foreground group: the inner process cleans up and ends by itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        inner = subprocess.Popen(["ip", "netns", "exec", name, sys.executable, *sys.argv], env=env)
        signal.signal(signal.SIGTERM, lambda *_: inner.terminate())
        status = inner.wait()
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)
        shutil.rmtree(etc, ignore_errors=True)
    sys.exit(status)


def wait_until(condition, what):
    """Polls `condition` until it holds; for things that have no event to wait for."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE} s for {what}")
        time.sleep(0.02)


def can_connect(address):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(address) == 0


class Sink:
    """An SMTP server that keeps what it is given: {message id: [bytes, ...]}."""

    def __init__(self, port):
        self.messages = []
        self.arrived = threading.Condition()
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                sink.serve(self.rfile, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 200

        self.server = Server(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, lines, out):
        out.write(b"220 sink ESMTP\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                out.write(b"354 go\r\n")
                self.keep(self.read_data(lines))
                out.write(b"250 kept\r\n")
            elif verb == b"QUIT":
                out.write(b"221 bye\r\n")
                return
            else:
                out.write(b"250 ok\r\n")

    @staticmethod
    def read_data(lines):
        data = []
        for line in lines:
            if line == b".\r\n":
                break
            data.append(line[1:] if line.startswith(b".") else line)
        return b"".join(data)

    def keep(self, message):
        with self.arrived:
            self.messages.append(message)
            self.arrived.notify_all()

    def find(self, marker):
        return [message for message in self.messages if marker in message]

    def wait_for(self, marker):
        """The first message that contains `marker`."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: self.find(marker), PATIENCE):
                raise TimeoutError(f"{marker!r} did not come out of the gateway")
            return self.find(marker)[0]

    def wait_for_count(self, count):
        with self.arrived:
            self.arrived.wait_for(lambda: len(self.messages) >= count, PATIENCE)
        return len(self.messages)


MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {spool}
data_directory = {directory}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
inet_interfaces = 127.0.0.1
inet_protocols = all
myhostname = mx.example.net
mydestination =
mynetworks = 127.0.0.0/8
relay_domains = example.net
relay_transport = smtp:[127.0.0.1]:2525
default_transport = smtp:[127.0.0.1]:2525
smtp_tls_security_level = none
smtpd_authorized_xclient_hosts = 127.0.0.0/8
message_size_limit = 52428800
default_process_limit = {slots}
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
local_recipient_maps =
alias_maps =
alias_database =
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""

MASTER_CF = """\
127.0.0.1:25 inet n - {chroot} - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - {chroot} - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Processes:
    """What was started, each with its output in DIRECTORY/NAME.log."""

    def __init__(self, directory):
        self.directory = directory
        self.running = {}

    def spawn(self, name, *command):
        with open(self.directory / f"{name}.log", "ab") as log:
            self.running[name] = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
        return self.running[name]

    def end(self, name, how=signal.SIGTERM):
        process = self.running.pop(name)
        process.send_signal(how)
        return process.wait(PATIENCE)

    def end_all(self):
        for name in list(self.running):
            self.end(name)

    def start_dns(self, zone):
        path = self.directory / "zone"
        path.write_text(zone)
        self.spawn("dnsd", BUILD / "dnsd", "127.0.0.1", "53", path)
        wait_until(lambda: b"ready" in (self.directory / "dnsd.log").read_bytes(), "the DNS server")


class Gateway(Processes):
    """Use as a context manager, inside enter_namespace(). `config` is text added to spillway.toml by
    section, {"budget": 'per_message = "500ms"'}. With `chroot`, smtpd runs in Postfix's queue directory,
    as Debian's package has it. With `scanner`, a number of workers, the filter has a content scanner and
    nothing else, as slow as set_delay() says; `on_timeout` is the scanner's. `policyd`: with the policy
    daemon. `slots`: SMTP server processes. With `asks`, the filter asks the policy daemon. `base`: where the
    directory is made."""

    def __init__(self, zone, config=None, chroot=False, scanner=None, policyd=True, slots=300, asks=False, base=None,
                 on_timeout="accept"):
        super().__init__(pathlib.Path(tempfile.mkdtemp(prefix="spillway-e2e-", dir=base)))
        self.directory.chmod(0o755)
        self.spool = self.directory / "spool"
        self.sockets = self.spool / "spillway"
        self.zone = zone
        self.scanner = scanner
        self.on_timeout = on_timeout
        self.policyd = policyd
        self.slots = slots
        self.asks = asks
        self.config = config or {}
        self.chroot = chroot
        self.sink = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind, value, traceback):
        if value is not None and not isinstance(value, KeyboardInterrupt):
            sys.stderr.write(self.logs())
        self.stop()

    def start(self):
        for path in (self.spool, self.sockets, self.directory / "etc", self.directory / "state"):
            path.mkdir(mode=0o755)
        self.start_dns(self.zone)
        self.sink = Sink(2525)
        self.write_config()
        self.start_milter()
        if self.policyd:
            self.start_policyd()
        self.start_postfix()

    def stop(self):
        if (self.spool / "pid/master.pid").exists():
            self.postfix_command("stop")
        self.end_all()
        if self.sink:
            self.sink.server.shutdown()
            self.sink.server.server_close()
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- the parts

    def write_config(self):
        base = {
            "milter": f'socket = "unix:{self.sockets}/milter.sock"\nsocket_mode = "0666"\nauthserv_id = "{AUTHSERV_ID}"',
            "clients": "internal = []",
            "dns": 'servers = ["127.0.0.1"]',
            "telemetry": f'file = "{self.directory}/telemetry"',
            "policy": f'listen = ["unix:{self.sockets}/policy.sock"]\nsocket_mode = "0666"\n'
                      f'control = "{self.directory}/control.sock"',
            "admission": f'state_dir = "{self.directory}/state"\nslots = 100',
            "log": 'target = "stderr"',
        }
        if self.asks:
            base["milter"] += f'\nask_policy = "unix:{self.sockets}/policy.sock"'
        if self.scanner and self.on_timeout != "accept":
            # What the fake scanner does; this is how the policy daemon, which does not know it, hears of it.
            base["spf"] = f'on_timeout = "{self.on_timeout}"'
        for section, text in self.config.items():
            known = {line.split(" = ")[0] for line in text.splitlines()}
            kept = [line for line in base.get(section, "").splitlines() if line.split(" = ")[0] not in known]
            base[section] = "\n".join([*kept, text])
        text = "".join(f"[{section}]\n{lines}\n" for section, lines in base.items())
        (self.directory / "spillway.toml").write_text(text)

    def start_milter(self):
        config = self.directory / "spillway.toml"
        if self.scanner:
            self.set_delay(0.1)
            self.spawn("milter", BUILD / "scanner-filter", config, self.directory / "delay", self.scanner, self.on_timeout)
        else:
            self.spawn("milter", BUILD / "spillway-milter", "-c", config)
        wait_until(lambda: can_connect(f"{self.sockets}/milter.sock"), "the filter")

    def set_delay(self, seconds):
        fresh = self.directory / "delay.new"
        fresh.write_text(f"{seconds}\n")
        fresh.rename(self.directory / "delay")

    def start_policyd(self):
        self.spawn("policyd", BUILD / "spillway-policyd", "-c", self.directory / "spillway.toml")
        wait_until(lambda: can_connect(f"{self.sockets}/policy.sock"), "the policy daemon")

    def start_postfix(self):
        etc, data = self.directory / "etc", self.directory / "data"
        data.mkdir(mode=0o700)
        shutil.chown(data, "postfix")
        # Inside the chroot the queue directory is "/".
        sockets = "/spillway" if self.chroot else self.sockets
        main = MAIN_CF.format(spool=self.spool, directory=self.directory, slots=self.slots)
        main += (ROOT / "conf/postfix/main.cf.sample").read_text().replace("/spillway/", f"{sockets}/")
        if not self.policyd:
            main = "".join(line for line in main.splitlines(True) if "spillway_policy" not in line)
        (etc / "main.cf").write_text(main)
        (etc / "master.cf").write_text(MASTER_CF.format(chroot="y" if self.chroot else "n"))
        self.postfix_command("start")
        wait_until(lambda: can_connect(("127.0.0.1", 25)), "Postfix")

    def postfix_command(self, *words):
        with open(self.directory / "postfix.log", "ab") as log:
            subprocess.run(["postfix", "-c", str(self.directory / "etc"), *words], check=True, stdout=log, stderr=log)

    # --- what tests ask

    def send(self, message, mail_from="sender@good.example", to="rcpt@example.net", client="192.0.2.1",
             helo="mail.good.example", login=None):
        """One message by SMTP as from `client`. Returns (code, text) of the last reply."""
        with smtplib.SMTP("127.0.0.1", 25, timeout=PATIENCE) as smtp:
            smtp.ehlo(helo)
            smtp.docmd("XCLIENT", f"ADDR={client} NAME={helo}" + (f" LOGIN={login}" if login else ""))
            smtp.ehlo(helo)
            for command in (f"MAIL FROM:<{mail_from}>", f"RCPT TO:<{to}>"):
                code, text = smtp.docmd(command)
                if code >= 400:
                    return code, text.decode()
            code, text = smtp.data(message)
            return code, text.decode()

    def deliver(self, marker, message, **envelope):
        """Sends, and returns what came out: (header bytes, body bytes)."""
        code, text = self.send(message, **envelope)
        if code != 250:
            raise AssertionError(f"{marker}: {code} {text}")
        head, _, body = self.sink.wait_for(marker.encode()).partition(b"\r\n\r\n")
        return head + b"\r\n", body

    def held(self):
        """How many messages are in the hold queue."""
        return sum(1 for path in (self.spool / "hold").rglob("*") if path.is_file())

    def ctl(self, *words):
        command = [str(BUILD / "spillwayctl"), "-c", str(self.directory / "spillway.toml"), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def status(self, *options):
        return self.ctl("status", *options)

    def log(self, name):
        return (self.directory / f"{name}.log").read_text()

    def milter_log(self):
        return self.log("milter")

    def logs(self):
        out = ""
        for path in sorted(self.directory.glob("*log")):
            out += f"--- {path.name}\n" + "".join(path.read_text(errors="replace").splitlines(True)[-40:])
        return out


def fields(head, name):
    """The values of all header fields `name`, folding kept."""
    found, current, wanted = [], False, name.lower().encode() + b":"
    for line in head.splitlines(True):
        if line[:1] in b" \t" and current:
            found[-1] += line
        elif line[:1] not in b" \t":
            current = line.lower().startswith(wanted)
            if current:
                found.append(line[len(wanted):])
    return [value.decode().strip() for value in found]


def unfold(value):
    return " ".join(value.split())
