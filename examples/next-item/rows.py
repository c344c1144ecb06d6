"""Turns sequences and requests for the next item into rows, for examples/mappings/next-item.yaml.

    python3 rows.py SEQUENCES REQUESTS OUT

reads SEQUENCES (user, items that are parted by blanks and oldest first, last item; a header) and REQUESTS
(part, user, how many of his items are known, candidates of which the first is the next item; a header), both
tab-separated and gzipped. It writes history, train, valid and test (csv.gz) to the folder OUT.

There are no times, so they are counted from the end: the last item of every user comes in the last of the steps,
the one before it in the step before. A step is 30 days long, so that each is a horizon of its own: what a request
may see of others are their items of earlier steps.
"""

import csv
import gzip
import pathlib
import sys

STEP = 30 * 86_400
FIELDS = ["request", "user", "item", "label", "time"]
PARTS = {"train": "train", "validation": "valid", "test": "test"}


def lines(file):
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        yield from list(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def writer(out, name):
    file = gzip.open(out / f"{name}.csv.gz", "wt", encoding="utf-8", newline="")
    rows = csv.DictWriter(file, FIELDS)
    rows.writeheader()
    return file, rows


def main(sequences, requests, out):
    out.mkdir(parents=True, exist_ok=True)
    users = {user: items.split() + [last] for user, items, last in lines(sequences)}
    longest = max(len(items) for items in users.values())
    time = {user: [STEP * (longest - len(items) + n) for n in range(len(items))] for user, items in users.items()}
    asked = set()
    files = {name: writer(out, name) for name in ["history", *PARTS.values()]}
    counts = dict.fromkeys(files, 0)
    for part, user, known, candidates in lines(requests):
        known = int(known)
        asked.add((user, known))
        for n, item in enumerate(candidates.split()):
            files[PARTS[part]][1].writerow(
                {"request": f"{user}-{known}", "user": user, "item": item, "label": int(n == 0),
                 "time": time[user][known]})
        counts[PARTS[part]] += 1
    for user, items in users.items():
        for n, item in enumerate(items):
            if (user, n) not in asked:
                files["history"][1].writerow(
                    {"request": "", "user": user, "item": item, "label": 1, "time": time[user][n]})
                counts["history"] += 1
    for name, (file, _) in files.items():
        file.close()
        print(f"{name}: {counts[name]} {'rows' if name == 'history' else 'requests'}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("python3 rows.py SEQUENCES REQUESTS OUT: two files and a folder")
    try:
        main(*map(pathlib.Path, sys.argv[1:]))
    except (OSError, ValueError) as error:
        sys.exit(f"rows.py: {error}")
