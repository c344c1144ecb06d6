"""Draws docs/images/scale-out.png from docs/benchmarks/scale-out.json (needs matplotlib)."""

import json
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

docs = pathlib.Path(__file__).resolve().parents[4] / "docs"
rows = json.loads((docs / "benchmarks" / "scale-out.json").read_text())

figure, axes = plt.subplots(figsize=(7, 4.2), dpi=140)
for job, colour in (("prepare", "#1f6fb4"), ("graph", "#c2571a")):
    points = [row for row in rows if row["job"] == job]
    n = [row["interactions"] for row in points]
    seconds = [row["cpuSeconds"] for row in points]
    axes.plot(n, seconds, marker="o", color=colour, label=job)
    # What growth in proportion would be after a start that costs what it costs: a line through the
    # first and the third point.
    start = seconds[0]
    each = (seconds[2] - start) / (n[2] - n[0])
    axes.plot(
        n,
        [start + each * (m - n[0]) for m in n],
        linestyle=":",
        color=colour,
        label=f"{job}, a line: {start:.0f} s and {each * 1e6:.1f} µs an interaction",
    )
    for row in points:
        if row["version"] != "now":
            axes.annotate(
                row["version"],
                (row["interactions"], row["cpuSeconds"]),
                textcoords="offset points",
                xytext=(-6, 4),
                ha="right",
                fontsize=8,
            )
axes.set_xscale("log")
axes.set_yscale("log")
axes.set_xlabel("interactions")
axes.set_ylabel("seconds of the processor, start-up included")
axes.grid(True, which="major", alpha=0.3)
axes.legend(fontsize=8, frameon=False)
figure.tight_layout()
figure.savefig(docs / "images" / "scale-out.png")
