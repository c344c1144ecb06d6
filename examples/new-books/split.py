"""Parts Book-Crossing so that every book held out is new: nobody has rated it in training.

    python3 split.py BOOK-CROSSING OUT

reads BX-Ratings, BX-NewBooksRatings, BX-Books, BX-NewBooks and BX-Users (csv or csv.gz) and writes
train.csv, validation.csv, test.csv, books.csv and users.csv. A third of the new books goes to
validation, the rest to test, with the ratings of readers of whom three ratings are known. There are no times, so rows
are shuffled (seed 20250104) and their order counts as time.
"""

import collections
import csv
import gzip
import pathlib
import random
import sys


def rows(folder, name):
    path = folder / f"{name}.csv"
    opened = open(path, encoding="utf-8", newline="") if path.exists() else gzip.open(
        folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="")
    with opened as file:
        yield from csv.DictReader(file)


def main(folder, out):
    draw = random.Random(20250104)
    train = list(rows(folder, "BX-Ratings"))
    draw.shuffle(train)
    known = collections.Counter(row["User-ID"] for row in train)
    new = [r for r in rows(folder, "BX-NewBooksRatings") if known[r["User-ID"]] >= 3]
    draw.shuffle(new)
    books = sorted({row["ISBN"] for row in new})
    draw.shuffle(books)
    chosen = set(books[: len(books) // 3])
    parts = {
        "train": train,
        "validation": [row for row in new if row["ISBN"] in chosen],
        "test": [row for row in new if row["ISBN"] not in chosen],
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        write(out / f"{name}.csv", ["User-ID", "ISBN", "Book-Rating"], part)
        print(f"{name}: {len(part)} ratings of {len({row['ISBN'] for row in part})} books")
    fields = ["ISBN", "Book-Title", "Book-Author"]
    write(out / "books.csv", fields, [*rows(folder, "BX-Books"), *rows(folder, "BX-NewBooks")])
    write(out / "users.csv", ["User-ID", "User-Age"], rows(folder, "BX-Users"))


def write(path, fields, part):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(part)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("python3 split.py BOOK-CROSSING OUT: two folders")
    try:
        main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    except OSError as error:
        sys.exit(f"split.py: {error}")
