# SPDX-License-Identifier: BSD-2-Clause
"""Troubles of a real scanner. Each is a context manager: the trouble lasts as long as the block, and the
scanner works again afterwards."""

import contextlib
import os
import signal
import socketserver
import threading

from gateway import can_connect, wait_until

RELOAD = 10.0  # seconds
RELOAD_SIGNAL = {"clamd": signal.SIGUSR2, "spamd": signal.SIGHUP, "rspamd": signal.SIGHUP}
# Who answers in another's place: that is what a mistaken port number makes of it.
IMPOSTOR = {"clamd": "spamd", "spamd": "clamd", "rspamd": "spamd"}


@contextlib.contextmanager
def hung(scanners, name):
    scanners.signal(name, signal.SIGSTOP)
    try:
        yield
    finally:
        scanners.signal(name, signal.SIGCONT)


@contextlib.contextmanager
def dead(scanners, name):
    scanners.signal(name, signal.SIGKILL)
    scanners.gateway.end(name, signal.SIGKILL)
    yield
    scanners.start(name)


@contextlib.contextmanager
def slow(scanners, name):
    """It runs for a tenth of the time only."""
    over = threading.Event()

    def hold_back():
        while not over.is_set():
            scanners.signal(name, signal.SIGSTOP)
            over.wait(0.9)
            scanners.signal(name, signal.SIGCONT)
            over.wait(0.1)

    with in_thread(hold_back, over):
        yield


@contextlib.contextmanager
def in_thread(work, over):
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def restarting(scanners, name):
    """Again and again, and each time with messages on their way."""
    over = threading.Event()

    def restart():
        while not over.is_set():
            scanners.gateway.end(name)
            scanners.start(name)
            over.wait(0.3)

    with in_thread(restart, over):
        yield


@contextlib.contextmanager
def reloading(scanners, name):
    """The scanner reloads its configuration or signatures, and can read one of the files only after 10 s."""
    gate = scanners.gates[name]
    gate.close()
    timer = threading.Timer(RELOAD, gate.open)
    timer.start()
    scanners.gateway.running[name].send_signal(RELOAD_SIGNAL[name])
    try:
        yield
    finally:
        timer.join()


@contextlib.contextmanager
def mistaken(scanners, name):
    """Another kind of scanner answers at its address."""
    scanners.gateway.end(name)
    scanners.start(name, IMPOSTOR[name])
    yield
    scanners.gateway.end(name)
    scanners.start(name)


class Noise(socketserver.StreamRequestHandler):
    """Not a scanner at all: the real ones cannot be made to answer with random octets."""

    def handle(self):
        with contextlib.suppress(OSError):
            self.request.recv(1)
            for _ in range(64):
                self.wfile.write(os.urandom(4096))


@contextlib.contextmanager
def noise(scanners, name):
    """Random octets are answered."""
    scanners.gateway.end(name)
    address = scanners.addresses[name]
    base = socketserver.ThreadingUnixStreamServer if isinstance(address, str) else socketserver.ThreadingTCPServer
    server = type("Server", (base,), {"allow_reuse_address": True, "daemon_threads": True, "request_queue_size": 200})(address, Noise)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    wait_until(lambda: can_connect(address), "the noise")
    yield
    server.shutdown()
    server.server_close()
    thread.join()
    if isinstance(address, str):
        os.unlink(address)
    scanners.start(name)
