"""LightGCN in PyTorch with automatic differentiation: the reference of the Java implementation.

    python lightgcn.py golden OUT.safetensors       one gradient and a whole training, small graph
    python lightgcn.py epoch TRAIN.txt[.gz] [N]      seconds of N epochs on "user item item ..." lines
    python lightgcn.py train TRAIN.txt.gz TEST.txt.gz EPOCHS    Recall@20 and NDCG@20

Made with torch 2.15.0, numpy 2.4.6, safetensors 0.8.0. Dimension 64, 3 layers, Adam 1e-3, λ 1e-4,
batch 2048, initial embeddings normal with deviation 0.1; the same formulas as arXiv 2002.02126.
"""

import gzip
import math
import sys
import time

import numpy as np
import torch
from safetensors.numpy import save_file

LAYERS, DIM, RATE, REG, BATCH = 3, 64, 1e-3, 1e-4, 2048


def adjacency(users, items, u, i):
    rows = torch.cat([u, i + users])
    columns = torch.cat([i + users, u])
    degree = torch.bincount(rows, minlength=users + items).float()
    values = 1 / torch.sqrt(degree[rows] * degree[columns])
    n = users + items
    return torch.sparse_coo_tensor(torch.stack([rows, columns]), values, (n, n)).coalesce().to_sparse_csr()


def propagate(adj, e0):
    layers = [e0]
    for _ in range(LAYERS):
        layers.append(adj @ layers[-1])
    return torch.stack(layers).mean(0)


def bpr(adj, e0, users, u, i, j):
    e = propagate(adj, e0)
    margin = (e[u] * (e[i + users] - e[j + users])).sum(1)
    ego = e0[u].pow(2).sum() + e0[i + users].pow(2).sum() + e0[j + users].pow(2).sum()
    return torch.nn.functional.softplus(-margin).mean(), REG / 2 * ego / len(u)


def evaluate(e, users, items, train, test, k=20):
    scores = e[:users] @ e[users:].T
    for user, liked in enumerate(train):
        scores[user, list(liked)] = -1e9
    top = scores.topk(k).indices.numpy()
    recalls, ndcgs = [], []
    for user in range(users):
        wanted = test[user]
        if not wanted:
            continue
        hits = [item in wanted for item in top[user]]
        recalls.append(sum(hits) / len(wanted))
        gain = sum(hit / math.log2(rank + 2) for rank, hit in enumerate(hits))
        ndcgs.append(gain / sum(1 / math.log2(rank + 2) for rank in range(min(k, len(wanted)))))
    return float(np.mean(recalls)), float(np.mean(ndcgs))


def sample(random, u, i, liked, items, size):
    edges = random.integers(0, len(u), size)
    negative = random.integers(0, items, size)
    for t, edge in enumerate(edges):
        while negative[t] in liked[u[edge]]:
            negative[t] = random.integers(0, items)
    return torch.tensor(u[edges]), torch.tensor(i[edges]), torch.tensor(negative)


def fit(users, items, u, i, liked, epochs, seed, rate=RATE):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    e0 = torch.nn.Parameter(torch.randn(users + items, DIM) * 0.1)
    adam = torch.optim.Adam([e0], lr=rate)
    adj = adjacency(users, items, torch.tensor(u), torch.tensor(i))
    for _ in range(epochs):
        for _ in range(math.ceil(len(u) / BATCH)):
            loss, reg = bpr(adj, e0, users, *sample(random, u, i, liked, items, BATCH))
            adam.zero_grad()
            (loss + reg).backward()
            adam.step()
    with torch.no_grad():
        return propagate(adj, e0)


def golden(out):
    """600 users and 400 items in 8 tastes; 20 liked items a user, 4 of them held out."""
    random = np.random.default_rng(11)
    users, items, tastes = 600, 400, 8
    popularity = random.pareto(1.5, items) + 0.2
    train, test = [set() for _ in range(users)], [set() for _ in range(users)]
    for user in range(users):
        weight = popularity * np.where(np.arange(items) % tastes == user % tastes, 12.0, 1.0)
        liked = random.choice(items, 20, replace=False, p=weight / weight.sum())
        train[user].update(liked[:16].tolist())
        test[user].update(liked[16:].tolist())
    pairs = lambda sets: np.array([(user, item) for user, s in enumerate(sets) for item in sorted(s)])
    u, i = pairs(train).T
    torch.manual_seed(3)
    e0 = torch.randn(users + items, 8) * 0.1
    e0.requires_grad_(True)
    adj = adjacency(users, items, torch.tensor(u), torch.tensor(i))
    triples = sample(random, u, i, train, items, 256)
    loss, reg = bpr(adj, e0, users, *triples)
    (loss + reg).backward()
    figures = [evaluate(fit(users, items, u, i, train, 400, seed), users, items, train, test) for seed in range(3)]
    print("Recall@20, NDCG@20 of three seeds:", figures)
    recall, ndcg = np.mean(figures, axis=0)
    f32 = lambda x: np.ascontiguousarray(np.asarray(x, dtype=np.float32))
    save_file(
        {
            "train": f32(pairs(train)), "test": f32(pairs(test)), "triples": f32(torch.stack(triples)),
            "users0": f32(e0.detach()[:users]), "items0": f32(e0.detach()[users:]),
            "user_gradient": f32(e0.grad[:users]), "item_gradient": f32(e0.grad[users:]),
            "loss": f32([loss.item()]), "figures": f32([recall, ndcg]),
        },
        out,
        {"made_by": "lightgcn.py golden, epochs 400, mean of seeds 0 to 2"},
    )


def read(path):
    with (gzip.open(path, "rt") if path.endswith(".gz") else open(path)) as file:
        lines = [[int(x) for x in line.split()] for line in file if line.strip()]
    return {line[0]: set(line[1:]) for line in lines}


def arrays(*files):
    users = 1 + max(max(f) for f in files)
    items = 1 + max(max(s, default=0) for f in files for s in f.values())
    return users, items, [[f.get(user, set()) for user in range(users)] for f in files]


def epoch(path, count=1):
    users, items, (train,) = arrays(read(path))
    u, i = np.array([(user, item) for user, s in enumerate(train) for item in s]).T
    start = time.time()
    fit(users, items, u, i, train, int(count), 0)
    print(f"{users} users, {items} items, {len(u)} edges: {(time.time() - start) / int(count):.2f} s an epoch")


def train(train_path, test_path, epochs):
    users, items, (known, heldout) = arrays(read(train_path), read(test_path))
    u, i = np.array([(user, item) for user, s in enumerate(known) for item in s]).T
    e = fit(users, items, u, i, known, int(epochs), 0)
    print(evaluate(e, users, items, known, heldout))


if __name__ == "__main__":
    {"golden": golden, "epoch": epoch, "train": train}[sys.argv[1]](*sys.argv[2:])
