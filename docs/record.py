#!/usr/bin/env python3
"""Keeps what `optirag evaluate` found as rows of a JSON file in docs/results.

    ./optirag evaluate movietweetings --retriever= --baseline bias,trees --out runs/mt
    python3 docs/record.py runs/mt/results.json docs/results/movietweetings.json \\
        --command "optirag evaluate movietweetings --retriever= --baseline bias,trees"
    python3 docs/tables.py

Rows of the same command are replaced. Intervals draw users. It needs Python 3.8 or newer and no packages.
"""

import argparse
import json
from pathlib import Path

TRAINED = "optirag "  # before the policy, in the names of a bundle's rows
METRICS = ["auc", "uauc", "logLoss", "accuracy", "calibrationError"]
METRICS += ["requestAuc", "mrr", "ndcg5", "ndcg10", "hitRate10"]


def row(result, facts, command):
    """A scorer as a row; what has no value is left out."""
    grouping = facts.get("grouping", "")
    alone = grouping.endswith("at most 1")
    trained = result["name"].startswith(TRAINED)
    kept = {
        "dataset": facts["data set"],
        "method": "optirag" if trained else result["name"],
        "retriever": "-",
        "heads": [],
        "policy": result["name"][len(TRAINED) :] if trained else "-",
        "settings": {"candidates": "1"} if alone else {"grouping": "as shown"} if grouping == "as shown" else {},
        "seeds": [result["bootstrap"]["seed"]],
    }
    for name in METRICS:
        metric = result["metrics"].get(name)
        if metric and metric["value"] is not None:
            kept[name] = metric["value"]
            if metric["low"] is not None:
                kept[name + "Interval"] = [metric["low"], metric["high"]]
    kept["meanDepth"] = result["meanDepth"]
    kept["requestsPerSecond"] = result["requestsPerSecond"]
    kept["command"] = command
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="results.json of an evaluation")
    parser.add_argument("target", type=Path, help="a file in docs/results")
    parser.add_argument("--command", required=True, help="how to make it again")
    given = parser.parse_args()
    evaluation = json.loads(given.results.read_text())
    before = json.loads(given.target.read_text()) if given.target.exists() else []
    rows = [old for old in before if old.get("command") != given.command]
    rows += [row(result, evaluation["facts"], given.command) for result in evaluation["results"]]
    given.target.write_text(json.dumps(rows, indent=2) + "\n")
    print(f"{given.target}: {len(rows)} rows, {len(evaluation['results'])} of this command")


if __name__ == "__main__":
    main()
