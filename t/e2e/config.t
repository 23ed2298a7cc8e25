#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""spillway-milter -t never calls good what cannot start: exit status 78, and the place of each error."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "t/rig"))

import tap

GOOD_KEY = subprocess.run(["openssl", "genrsa", "2048"], check=True, capture_output=True).stdout


class Case:
    """A configuration in a directory of its own."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.key("key", GOOD_KEY)
        self.write("table", f"a.example a.example s {self.directory}/key\n")

    def write(self, name, text):
        (self.directory / name).write_text(text)

    def key(self, name, pem, mode=0o600):
        path = self.directory / name
        path.write_bytes(pem)
        os.chmod(path, mode)

    def test(self, config):
        """Exit status and standard error of -t."""
        self.write("conf", config.replace("DIR", str(self.directory)))
        done = subprocess.run([ROOT / "build/release/spillway-milter", "-t", "-c", self.directory / "conf"],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stderr.replace(str(self.directory), "DIR")


SIGN = '[sign]\nenabled = true\ntable = "DIR/table"\n'
SEAL = '[seal]\nenabled = true\ndomain = "a.example"\nselector = "s"\nkey_file = "DIR/none"\n'


def wants(name, config, place, prepare=lambda case: None):
    with tempfile.TemporaryDirectory(prefix="spillway-") as directory:
        case = Case(directory)
        prepare(case)
        status, errors = case.test(config)
        found = re.search(place, errors, re.M) is not None
        tap.ok(status == 78 and found, f"{name}: {status} {errors.strip()}")


def test_all():
    with tempfile.TemporaryDirectory(prefix="spillway-") as directory:
        status, errors = Case(directory).test(SIGN)
        tap.ok(status == 0, f"what can start is good: {status} {errors}")
    wants("missing key", SIGN, r"^DIR/table:1: DIR/key: ", lambda case: os.remove(case.directory / "key"))
    wants("garbage for a key", SIGN, r"^DIR/table:1: ", lambda case: case.key("key", b"garbage"))
    wants("key that all can read", SIGN, r"^DIR/table:1: .*chmod o=", lambda case: case.key("key", GOOD_KEY, 0o644))
    wants("missing seal key", SEAL, r"^DIR/conf:5:12: DIR/none: ")
    wants("bad rules file", '[rules]\nenabled = true\nfile = "DIR/rules"\n', r"^DIR/rules:3:8: ",
          lambda case: case.write("rules", '[[rule]]\nname = "a"\nfrom = \'(\'\n'))
    wants("missing rules file", '[rules]\nenabled = true\nfile = "DIR/none"\n', r"^DIR/conf:3:8: DIR/none: ")
    wants("missing inspector", '[attachments]\nenabled = true\n[inspector]\nprogram = "DIR/none"\n',
          r"^DIR/conf:4:11: DIR/none: ")
    wants("bad row of the table", SIGN, r"^DIR/table:1:11: ",
          lambda case: case.write("table", "a.example -bad- s /k\n"))
    wants("unknown key", '[spf]\nenabld = true\n', r'^DIR/conf:2:1: unknown key "enabld", did you mean "enabled"\?')


tap.run(test_all)
tap.done()
