# SPDX-License-Identifier: BSD-2-Clause
"""Draws the replay's runs with gnuplot: what was offered, served and refused a second, the time to the greeting,
and the devices' messages lost so far, one column for each run."""

import subprocess

BIN = 2  # seconds

SCRIPT = """\
set terminal {terminal}
set output "{output}"
set multiplot layout 3,{columns} columnsfirst margins 0.06,0.98,0.08,0.94 spacing 0.05,0.07
set grid
set xrange [0:{end}]
set key top left
"""

PANELS = """\
set arrow 1 from {step}, graph 0 to {step}, graph 1 nohead dt 2
set arrow 2 from {fix}, graph 0 to {fix}, graph 1 nohead dt 2
set title "{name}"
set yrange [0:{most}]
set ylabel "{rate_label}"
plot "{data}" using 1:2 with lines lc rgb "#999999" title "offered/s", "" using 1:3 with lines lw 2 lc rgb "#22aa77" title "served/s", "" using 1:4 with lines lc rgb "#cc3333" title "refused/s", "" using 1:8 with lines lc rgb "#ddaa22" title "unscanned/s"
unset title
set yrange [0:62]
set ylabel "{time_label}"
plot "{data}" using 1:5 with lines lc rgb "#3366cc" title "time to greeting, max", "" using 1:6 with lines lc rgb "#aa66cc" title "time to acceptance, mean"
set yrange [0:{devices}]
set ylabel "{loss_label}"
set xlabel "seconds"
plot "{data}" using 1:7 with filledcurves x1 lc rgb "#cc3333" title "device messages lost"
unset xlabel
"""


def late_at(samples, at):
    return next((late for when, late in reversed(samples) if when <= at), 0)


def bins(run, end):
    """Rows of: time, offered, served, refused a second, greeting max, acceptance mean, devices lost so far, unscanned a
    second."""
    records, rows, lost = run["records"], [], 0
    for at in range(0, int(end), BIN):
        begun = [r for r in records if at <= r["at"] < at + BIN]
        done = [r for r in records if at <= r["at"] + r["took"] < at + BIN]
        served = [r for r in done if r["outcome"] == "served"]
        refused = [r for r in done if r["outcome"] == "refused"]
        lost += sum(r["device"] and r["outcome"] != "served" for r in done)
        greeting = max((60 if r["greeting"] is None else r["greeting"] for r in begun), default=0)
        took = sum(r["took"] for r in served) / len(served) if served else "?"
        rows.append((at, len(begun) / BIN, len(served) / BIN, len(refused) / BIN, greeting, took, lost,
                     (late_at(run["late"], at + BIN) - late_at(run["late"], at)) / BIN))
    return rows


def plot_runs(out, setting, runs):
    """Writes replay.svg and replay.png into the directory `out`."""
    end = setting["warm"] + setting["fault"] + setting["after"]
    data = {name: bins(run, end) for name, run in runs.items()}
    devices = max(4, max(row[6] for rows in data.values() for row in rows))
    most = max(max(row[1:4]) for rows in data.values() for row in rows) * 1.05
    panels = ""
    for i, (name, rows) in enumerate(data.items()):
        path = out / f"{name}.dat"
        path.write_text("".join(" ".join(map(str, row)) + "\n" for row in rows))
        label = (lambda text, i=i: text if i == 0 else "")
        panels += PANELS.format(name=name, data=path, step=setting["warm"], fix=setting["warm"] + setting["fault"],
                                most=most, devices=devices, rate_label=label("a second"), time_label=label("seconds"),
                                loss_label=label("messages"))
    for terminal, name in (("svg size 2000,800", "replay.svg"), ("pngcairo size 2000,800", "replay.png")):
        script = SCRIPT.format(terminal=terminal, output=out / name, columns=len(runs), end=end) + panels
        subprocess.run(["gnuplot"], input=script, text=True, check=True)
