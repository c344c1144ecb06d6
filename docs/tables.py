#!/usr/bin/env python3
"""Writes docs/results/tables.md and docs/benchmarks/tables.md from the JSON files beside them.

Run it after a JSON file has changed:

    python3 docs/tables.py

With --check nothing is written; the exit code is 1 if a page is not up to date.
It needs Python 3.8 or newer and no packages.
"""

import argparse
import json
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

DOCS = Path(__file__).resolve().parent

# File names (without .json) in the order in which a reader wants them. Others follow by name.
RESULTS = {
    "ml-1m-collm": "ml-1m-collm",
    "movielens-100k": "MovieLens-100K",
    "movietweetings": "MovieTweetings",
    "mind": "A part of MIND-small",
    "movielens-1m": "MovieLens-1M (its first 2,999 users)",
    "amazon-video-games": "Amazon Video Games",
    "amazon-beauty": "Amazon Beauty (items without titles)",
    "book-crossing": "Book-Crossing",
    "new-books": "New books of Book-Crossing",
}
BENCHMARKS = {
    "scoring": "Scoring beside other engines: Xeon with AMX, 2026-11-27",
    "scoring-zen5": "Scoring beside other engines: Zen 5, 2026-11-25",
    "growth": "How costs grow",
    "scale-out": "Jobs on Spark",
}
CURVES = {
    "candidates": "Candidates on a context of 500 tokens",
    "context": "Tokens of a context with 20 candidates",
    "requests": "Requests of one candidate on 500 tokens, in one pass",
    "edges": "Edges of a propagation",
    "users, exact": "Users to search, compared one by one",
    "users, HNSW": "Users to search, by HNSW",
}


def table(header, right, rows):
    """A Markdown table; `right` holds the indexes of the columns that are aligned right."""
    lines = ["| " + " | ".join(header) + " |"]
    lines.append("|" + "|".join(" ---: " if i in right else " --- " for i in range(len(header))) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return lines


def fixed(value, digits):
    """Rounded half up, as the program's own reports are."""
    if value is None:
        return "-"
    return f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"


def significant(value):
    """Three significant digits, as 1.31, 29.1 and 263."""
    if value is None:
        return "-"
    return f"{value:,.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"


def with_interval(row, key):
    if row.get(key) is None:
        return "-"
    text = fixed(row[key], 4)
    interval = row.get(key + "Interval")
    return text if interval is None else f"{text} [{fixed(interval[0], 3)}, {fixed(interval[1], 3)}]"


def settings_title(settings):
    words = {
        "most": "At most {} impressions",
        "candidates": "Each impression at its own time (`--candidates {}`)",
        "negativesForEachClick": "{} negatives for each click",
        "grouping": "Candidates {} together",
    }
    if not settings:
        return "Candidates of one user and day together"
    return "; ".join(words.get(key, key + " {}").format(value) for key, value in settings.items())


def results_section(title, name, rows):
    lines = [f"## {title}", "", f"Source: [{name}.json]({name}.json).", ""]
    commands = []
    groups = {}
    for row in rows:
        groups.setdefault(json.dumps(row["settings"]), []).append(row)
    for group in groups.values():
        lines += [f"**{settings_title(group[0]['settings'])}**", ""]
        ranked = any("requestAuc" in row for row in group)
        cells = []
        for row in group:
            command = row.get("command")
            if command and command not in commands:
                commands.append(command)
            policy = "-" if row["policy"] == "-" else f"`{row['policy']}`"
            cells.append(
                [
                    row["method"],
                    row["retriever"],
                    ", ".join(map(str, row["heads"])) or "-",
                    policy,
                    str(len(row["seeds"])),
                    fixed(row.get("meanDepth"), 2),
                    with_interval(row, "auc"),
                    with_interval(row, "uauc"),
                    *([with_interval(row, "requestAuc"), fixed(row.get("ndcg10"), 4)] if ranked else []),
                    fixed(row.get("logLoss"), 4),
                    fixed(row.get("accuracy"), 4),
                    fixed(row.get("calibrationError"), 3),
                    str(commands.index(command) + 1) if command else "-",
                ]
            )
        header = ["method", "retriever", "heads after blocks", "policy", "seeds", "depth", "AUC [95 %]"]
        header += ["UAUC [95 %]"] + (["request AUC [95 %]", "nDCG@10"] if ranked else [])
        header += ["LogLoss", "accuracy", "ECE", "command"]
        lines += table(header, set(range(4, len(header))), cells) + [""]
    if commands:
        lines += ["Commands, as recorded in the file:", ""]
        for number, command in enumerate(commands, 1):
            lines += [f"{number}. `{command}`"]
        lines.append("")
    return lines


def scoring_section(rows):
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    lines = []
    for workload in workloads:
        here = [row for row in rows if row["workload"] == workload]
        first = here[0]
        lines += [
            f"**`{workload}`**: {first['candidates']} candidate{'s' if first['candidates'] > 1 else ''} on a context of"
            f" {first['contextTokens']} tokens, {first['tokens']:,} tokens in all. OptiRAG:",
            "",
        ]
        ours = {}
        for row in here:
            ours.setdefault((row["policy"], row["dtype"], row["cached"]), row)
        lines += table(
            ["policy", "number type", "context cached", "candidates/s", "largest difference from f32"],
            {3, 4},
            [
                [
                    f"`{policy}`",
                    dtype.lower(),
                    "yes" if cached else "no",
                    significant(row["candidatesPerSecond"]),
                    fixed(row["largestDifference"], 3),
                ]
                for (policy, dtype, cached), row in ours.items()
            ],
        )
        full = [row for row in here if row["policy"] == "none" and not row["cached"]]
        dtypes = list(dict.fromkeys(row["dtype"] for row in full))
        peers = dict.fromkeys((row["peer"], row["peerDtype"]) for row in full if row.get("peer"))
        header = ["engine", "number type", "candidates timed", "candidates/s", "largest difference from f32"]
        header += [f"OptiRAG in {dtype.lower()}, times as fast (range)" for dtype in dtypes]
        cells = []
        for peer, dtype in peers:
            theirs = [row for row in full if (row["peer"], row["peerDtype"]) == (peer, dtype)]
            ratios = {row["dtype"]: row for row in theirs}
            cells.append(
                [
                    peer,
                    dtype,
                    str(theirs[0]["peerCandidates"]),
                    significant(theirs[0]["peerCandidatesPerSecond"]),
                    fixed(theirs[0]["peerLargestDifference"], 3),
                ]
                + [
                    f"{significant(ratios[d]['ratio'])} ({significant(ratios[d]['spread'][0])} to"
                    f" {significant(ratios[d]['spread'][1])})"
                    if d in ratios
                    else "-"
                    for d in dtypes
                ]
            )
        rounds = sorted({row["rounds"] for row in full})
        lines += [
            "",
            "Other engines, and OptiRAG at full depth without a cached context against them. Each ratio is the"
            f" median of {' or '.join(map(str, rounds))} rounds, with the range of the rounds:",
            "",
        ]
        lines += table(header, set(range(2, 5 + len(dtypes))), cells) + [""]
    return lines


def growth_section(rows):
    lines = []
    for curve in dict.fromkeys(row["curve"] for row in rows):
        here = [row for row in rows if row["curve"] == curve]
        lines += [
            f"**{CURVES.get(curve, curve)}.** Slope of log seconds over log size, in the last tenfold of sizes:"
            f" {here[0]['slope']:.2f}"
            f" (expected: {here[0]['expectedSlope']:g}; {here[0]['reason']}).",
            "",
        ]
        lines += table(
            ["size", "seconds", "rounds"],
            {0, 1, 2},
            [[f"{row['size']:,}", f"{row['seconds']:.4g}", str(row["rounds"])] for row in here],
        ) + [""]
    return lines


def jobs_section(rows):
    header = ["job", "interactions", "edges", "processor s", "wall s", "resident GB", "scratch MB", "version"]
    return table(
        header,
        set(range(1, 7)),
        [
            [
                row["job"],
                f"{row['interactions']:,}",
                f"{row['edges']:,}" if "edges" in row else "-",
                fixed(row["cpuSeconds"], 1),
                fixed(row["wallSeconds"], 1),
                fixed(row["residentGb"], 2),
                fixed(row["scratchMb"], 0),
                row["version"],
            ]
            for row in rows
        ],
    ) + [""]


def plain_section(rows):
    """Any other list of flat objects: a column a key."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return table(keys, set(), [["" if row.get(k) is None else str(row[k]) for k in keys] for row in rows]) + [""]


def benchmarks_section(title, name, rows):
    lines = [f"## {title}", "", f"Source: [{name}.json]({name}.json).", ""]
    if "workload" in rows[0]:
        return lines + scoring_section(rows)
    if "curve" in rows[0]:
        return lines + growth_section(rows)
    if "job" in rows[0]:
        return lines + jobs_section(rows)
    return lines + plain_section(rows)


def page(folder, titles, intro, section):
    """The page's text, and the names of the JSON files that it is made of."""
    names = sorted(path.stem for path in folder.glob("*.json"))
    order = [name for name in titles if name in names] + [name for name in names if name not in titles]
    lines = intro + ["", "This page is made by `python3 docs/tables.py`. Do not edit it by hand.", ""]
    for name in order:
        rows = json.loads((folder / (name + ".json")).read_text(encoding="utf-8"))
        lines += section(titles.get(name, name), name, rows)
    return "\n".join(lines).rstrip() + "\n", order


def pages():
    results = [
        "# Results: the tables",
        "",
        "Every row of the JSON files in this folder. The findings are in [results.md](../results.md); runs,",
        "commands and tables without a JSON file are in [details.md](details.md).",
        "",
        "*Depth* is the mean share of the model's blocks that a candidate runs through. *ECE* is the expected",
        "calibration error. With several seeds a row is their mean, and the command is that of the first seed.",
        "Intervals are 95 % by bootstrap. Requests per second are in the JSON files but not here: many of these",
        "runs shared the machine with other work.",
    ]
    benchmarks = [
        "# Benchmarks: the tables",
        "",
        "Every figure of the JSON files in this folder that compares or grows. The findings are in",
        "[benchmarks.md](../benchmarks.md); the conditions of each run are in [details.md](details.md).",
    ]
    return [
        (DOCS / "results", RESULTS, results, results_section),
        (DOCS / "benchmarks", BENCHMARKS, benchmarks, benchmarks_section),
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page is out of date")
    check = parser.parse_args().check
    stale = False
    for folder, titles, intro, section in pages():
        target = folder / "tables.md"
        name = target.relative_to(DOCS.parent)
        text, sources = page(folder, titles, intro, section)
        current = target.read_text(encoding="utf-8") if target.exists() else None
        if check:
            print(f"{name}: {'up to date' if current == text else 'out of date; run python3 docs/tables.py'}")
            stale |= current != text
        else:
            target.write_text(text, encoding="utf-8")
            state = "unchanged" if current == text else "written"
            print(f"{name}: {state}, from {', '.join(source + '.json' for source in sources)}")
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
