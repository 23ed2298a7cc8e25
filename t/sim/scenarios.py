# SPDX-License-Identifier: BSD-2-Clause
"""Draws and runs scenarios: what t/sim/run and t/sim/ablate have in common."""

import json
import os
import pathlib
import re
import subprocess
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
CTL = HERE.parent.parent / "build/release/spillwayctl"


def draw(directory, count):
    """Into `directory`; SEED repeats a draw, COUNT is how many."""
    seed = int(os.environ.get("SEED") or time.time())
    print(f"SEED={seed}")
    subprocess.run([HERE / "draw", str(seed), os.environ.get("COUNT", str(count)), directory], check=True)


def simulate(path, controllers):
    out = subprocess.run([CTL, "simulate", path, "--controllers", ",".join(controllers), "--json"], check=True,
                         capture_output=True, text=True).stdout
    return json.loads(out)["controllers"]


def seconds(text):
    value, unit = re.fullmatch(r"(\d+)(ms|s|m|h)", text).groups()
    return int(value) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


class Scenario:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        self.kind = path.stem.split("-")[-1]
        self.toml = tomllib.loads(path.read_text())
        self.events = self.toml.get("fault", []) + self.toml.get("surge", [])

    def end(self):
        return max((seconds(e["at"]) + seconds(e["for"]) for e in self.events), default=0)

    def shortened(self, behind):
        """The text, but ended so many seconds behind the event."""
        return re.sub(r"^duration = .*$", f'duration = "{int(self.end() + behind)}s"', self.path.read_text(), flags=re.M)
