"""Turns MIND's impressions into one row for each article that was shown, for examples/mappings/mind.yaml.

    python3 rows.py MINDsmall_train MINDsmall_dev OUT

reads behaviors.tsv and news.tsv (as from msnews.github.io) of two folders and writes train, valid, test and
items (csv.gz). The last day of training goes to valid, the rest of it to train, and all of dev to test. The
printed times are read as UTC. A request's history stands in its first row.
"""

import calendar
import csv
import gzip
import pathlib
import sys
import time

FIELDS = ["request", "uid", "iid", "label", "timestamp", "history"]


def table(folder, name, fields):
    with open(folder / name, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, fields, delimiter="\t", quoting=csv.QUOTE_NONE)


def requests(folder):
    for line in table(folder, "behaviors.tsv", ["request", "uid", "printed", "history", "shown"]):
        printed = time.strptime(line["printed"], "%m/%d/%Y %I:%M:%S %p")
        yield {**line, "timestamp": calendar.timegm(printed)}


def rows(request):
    history = request["history"]
    for shown in request["shown"].split():
        item, label = shown.rsplit("-", 1)
        yield {**request, "iid": item, "label": label, "history": history}
        history = ""


def write(path, fields, lines):
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)


def write_part(out, name, part):
    part.sort(key=lambda request: request["timestamp"])
    write(out / f"{name}.csv.gz", FIELDS, (row for request in part for row in rows(request)))
    print(f"{name}: {len(part)} requests of {len({request['uid'] for request in part})} users")


def main(train, dev, out):
    out.mkdir(parents=True, exist_ok=True)
    learned = list(requests(train))
    last = max(request["timestamp"] for request in learned) // 86_400
    write_part(out, "train", [r for r in learned if r["timestamp"] // 86_400 < last])
    write_part(out, "valid", [r for r in learned if r["timestamp"] // 86_400 == last])
    write_part(out, "test", list(requests(dev)))
    news = {}
    for folder in (train, dev):
        for line in table(folder, "news.tsv", ["iid", "category", "subcategory", "title"]):
            news.setdefault(line["iid"], line)
    write(out / "items.csv.gz", ["iid", "title", "category", "subcategory"], news.values())


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("python3 rows.py MINDsmall_train MINDsmall_dev OUT: three folders")
    try:
        main(*map(pathlib.Path, sys.argv[1:]))
    except OSError as error:
        sys.exit(f"rows.py: {error}")
