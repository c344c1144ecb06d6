"""The candidates' features in plain numpy, dense and one candidate at a time: the reference of the
Java implementation.

    python candidate_features.py OUT.safetensors

Makes a small data set by a seed, then the features of every row, for both kinds of feedback.
Made with numpy 2.4.6.
"""

import json
import struct
import sys

import numpy as np

USERS, ITEMS, ROWS, GENRES = 40, 30, 900, 5
BLOCK, TRAIN_END, END = 60_000, 400_000, 500_000


def logit(p):
    return np.log(p / (1 - p))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Labels:
    """Everybody's labels before a horizon: a matrix of 1 (like), -1 (dislike), 0 (unknown)."""

    def __init__(self, rows, horizon):
        r = np.zeros((USERS, ITEMS), int)
        for user, item, label, time in rows:
            if time < horizon:
                r[user, item] = 1 if label else -1
        known, liked = r != 0, r == 1
        self.r, self.rate = r, (liked.sum() + 5) / (known.sum() + 10)
        self.base = logit(self.rate)
        b, c = np.zeros(ITEMS), np.zeros(USERS)
        for _ in range(6):
            p = sigmoid(self.base + b[None] + c[:, None])
            b = b + (((liked - p) * known).sum(0) - 0.8 * b) / ((p * (1 - p) * known).sum(0) + 0.8)
            p = sigmoid(self.base + b[None] + c[:, None])
            c = c + (((liked - p) * known).sum(1) - 1.2 * c) / ((p * (1 - p) * known).sum(1) + 1.2)
        self.b, self.c = b, c
        self.of_item, self.of_user, self.likes = known.sum(0), known.sum(1), liked.sum(0)
        m = known / np.sqrt(self.of_user + 5)[:, None] / np.sqrt(self.of_item + 5)[None]
        self.co = m.T @ m
        np.fill_diagonal(self.co, 0)
        quality = b * self.of_item / (self.of_item + 5)
        self.smooth = (self.co @ quality) / (self.co.sum(1) + 0.1)


def features(w, user, item, time, likes, times, labelled, dislikes, years, genres):
    """likes: items liked before time, at times; labelled: those among known dislikes."""
    voters = np.flatnonzero(w.r[:, item])
    voters = voters[voters != user]
    liked = w.r[voters, item] == 1
    n, a = len(voters), liked.sum()
    effect = 0.0
    for _ in range(3):
        p = sigmoid(w.base + w.c[voters] + effect)
        effect += ((liked - p).sum() - 0.8 * effect) / ((p * (1 - p)).sum() + 0.8)
    own = np.array(labelled + dislikes, int)
    y = np.array([1] * len(labelled) + [0] * len(dislikes))
    leniency = 0.0
    for _ in range(3):
        p = sigmoid(w.base + w.b[own] + leniency)
        leniency += ((y - p).sum() - 1.2 * leniency) / ((p * (1 - p)).sum() + 1.2)
    h = np.array(likes + dislikes, int)
    sign = np.array([1] * len(likes) + [-1] * len(dislikes))
    surprise = (sign == 1) - sigmoid(w.base + w.b[h] + leniency)
    # users alike
    sub = w.r[np.ix_(voters, h)] if len(h) else np.zeros((n, 0), int)
    agree = (sub == sign).sum(1)
    against = (sub == -sign).sum(1)
    alike = np.maximum(agree - against, 0) / (np.sqrt(len(h) * w.of_user[voters]) + 10)
    usual = (a + 10 * w.rate) / (n + 10)
    uknn = (alike * (liked - usual)).sum() / (alike.sum() + 0.1)
    # co-occurrence
    c2 = w.co[item, h] ** 2
    coown = (c2 * surprise).sum() / (c2.sum() + 0.002)
    # the last ten likes
    last = np.array(likes[-10:], int)
    both = (w.r[np.ix_(voters[liked], last)] == 1).sum(0) if len(last) else np.zeros(0)
    cosine = (both / np.sqrt((a + 3) * (w.likes[last] + 3))).sum() / (len(last) + 2)
    # the pace of the running session
    moments = np.array(times + [time])
    gaps = np.diff(moments)
    breaks = np.flatnonzero(gaps > 3600)
    running = gaps[breaks[-1] + 1 if len(breaks) else 0 :][-5:]
    pace = np.log1p(running.mean()) if len(running) else 9.0
    popularity = np.log1p(w.of_item[np.array(likes, int)]).sum() / (len(likes) + 1)
    # genres
    norm = np.maximum(np.sqrt(genres.sum(1)), 1)
    near = ((genres[h] @ genres[item]) / norm[h] / norm[item]) ** 2
    genre = (near * surprise).sum() / (near.sum() + 2)
    return [
        effect,
        leniency,
        w.smooth[item],
        uknn,
        coown if len(h) else 0,
        cosine,
        (years[item] - 1980) / 20,
        np.log1p(len(own)),
        np.log1p(n),
        pace,
        np.log1p(w.of_user[voters]).sum() / (n + 2),
        popularity,
        genre,
    ]


def data():
    random = np.random.default_rng(20261124)
    # Bursts of a few minutes, so that sessions run and end; repeats of a pair and equal times too.
    starts = random.integers(0, END, ROWS // 6)
    which = random.integers(0, len(starts), ROWS)
    users = random.integers(0, USERS, len(starts))[which]
    time = starts[which] + 60 * random.integers(0, 30, ROWS)
    items = np.minimum((ITEMS * random.random(ROWS) ** 1.7).astype(int), ITEMS - 1)
    taste, quality = random.normal(size=USERS), random.normal(size=ITEMS)
    label = random.random(ROWS) < sigmoid(0.3 + taste[users] + quality[items])
    order = np.argsort(time, kind="stable")
    rows = [(int(users[k]), int(items[k]), bool(label[k]), int(time[k])) for k in order]
    years = random.integers(1930, 2003, ITEMS).astype(float)
    years[::7] = np.nan
    genres = (random.random((ITEMS, GENRES)) < 0.35).astype(int)
    return rows, years, genres


def table(rows, years, genres, everything):
    train = [row for row in rows if row[3] < TRAIN_END]
    first, last = train[0][3], train[-1][3]
    worlds, result = {}, []
    for user, item, _, time in rows:
        horizon = first + (time - first) // BLOCK * BLOCK if time <= last else last + 1
        if horizon not in worlds:
            worlds[horizon] = Labels(train, horizon)
        mine = [row for row in rows if row[0] == user and row[3] < time]
        likes = [row for row in mine if row[2]]
        known = mine if everything else [row for row in mine if row in train and row[3] < horizon]
        result.append(
            features(
                worlds[horizon],
                user,
                item,
                time,
                [row[1] for row in likes],
                [row[3] for row in likes],
                [row[1] for row in known if row[2]],
                [row[1] for row in known if not row[2]],
                years,
                genres,
            )
        )
    return np.array(result)


def save(path, arrays):
    """Safetensors, float32 (https://huggingface.co/docs/safetensors)."""
    header, blobs, offset = {}, [], 0
    for name, array in arrays.items():
        blob = np.ascontiguousarray(array, "<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(np.shape(array)),
            "data_offsets": [offset, offset + len(blob)],
        }
        offset += len(blob)
        blobs.append(blob)
    header["__metadata__"] = {"numpy": np.__version__}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


if __name__ == "__main__":
    rows, years, genres = data()
    save(
        sys.argv[1],
        {
            "rows": np.array(rows, float),
            "years": np.nan_to_num(years),
            "genres": genres,
            "likes": table(rows, years, genres, False),
            "all": table(rows, years, genres, True),
        },
    )
