"""Makes request_metrics.json: metrics within requests, by scikit-learn and by MIND's own evaluation.

    python evaluation/src/test/reference/request_metrics.py

AUC and nDCG are scikit-learn's, which averages nDCG over ties. MRR is MIND's evaluate.py, hit rate a count; both
are averaged over every order of the candidates that tie.
"""

import itertools
import json
import platform
from pathlib import Path

import numpy
import sklearn
from sklearn.metrics import ndcg_score, roc_auc_score

SEED = 20261130
GOLDEN = Path(__file__).parents[1] / "resources/org/optirag/evaluation/request_metrics.json"


def mrr_score(y_true, order):
    """MIND's, for candidates in an order."""
    y_true = numpy.take(y_true, order)
    rr_score = y_true / (numpy.arange(len(y_true)) + 1)
    return numpy.sum(rr_score) / numpy.sum(y_true)


def dcg_score(y_true, order, k):
    """MIND's, for candidates in an order."""
    y_true = numpy.take(y_true, order[:k])
    return numpy.sum((2**y_true - 1) / numpy.log2(numpy.arange(len(y_true)) + 2))


def mind_ndcg(y_true, order, k):
    return dcg_score(y_true, order, k) / dcg_score(y_true, numpy.argsort(-y_true, kind="stable"), k)


def orders(probability):
    """Every order by descending probability."""
    tied = [numpy.flatnonzero(probability == value) for value in numpy.unique(probability)[::-1]]
    for parts in itertools.product(*(itertools.permutations(rows) for rows in tied)):
        yield numpy.array([row for part in parts for row in part])


def mean(figure, probability):
    return float(numpy.mean([figure(order) for order in orders(probability)]))


def case(random, name, sizes, probabilities):
    """Requests of random sizes; the figures are means over those with both labels."""
    columns = {"probability": [], "label": [], "user": [], "request": []}
    figures = {"requestAuc": [], "mrr": [], "ndcg5": [], "ndcg10": [], "hitRate10": []}
    for request in range(60):
        size = int(random.integers(*sizes))
        probability = probabilities(random, size)
        label = (random.random(size) < random.choice([0.1, 0.3, 0.6])).astype(int)
        columns["probability"] += probability.tolist()
        columns["label"] += label.tolist()
        columns["user"] += [request // 3] * size
        columns["request"] += [1000 - request] * size
        if not 0 < label.sum() < size:
            continue
        figures["requestAuc"].append(roc_auc_score(label, probability))
        figures["mrr"].append(mean(lambda order: mrr_score(label, order), probability))
        for k in (5, 10):
            figure = ndcg_score([label], [probability], k=k)
            assert abs(figure - mean(lambda order: mind_ndcg(label, order, k), probability)) < 1e-12
            figures[f"ndcg{k}"].append(figure)
        figures["hitRate10"].append(mean(lambda order: label[order[:10]].any(), probability))
    # Rows in any order: figures must not depend on it.
    shuffled = random.permutation(len(columns["label"]))
    return {
        "name": name,
        **{key: [values[i] for i in shuffled] for key, values in columns.items()},
        "ranked": len(figures["mrr"]),
        **{key: float(numpy.mean(values)) for key, values in figures.items()},
    }


def coarse(random, size):
    return random.integers(0, 4, size) / 4


def distinct(random, size):
    return numpy.round(random.random(size), 9)


def one_tie(random, size):
    """Distinct but for a few in the middle of the order, across its tenth place or near it."""
    probability = numpy.sort(random.random(size))[::-1].copy()
    first = int(random.integers(6, 10))
    probability[first : first + int(random.integers(2, 6))] = probability[first]
    return random.permutation(numpy.round(probability, 9))


def main():
    random = numpy.random.default_rng(SEED)
    golden = {
        "script": "evaluation/src/test/reference/request_metrics.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "seed": SEED,
        "cases": [
            case(random, "many ties", (1, 7), coarse),
            case(random, "no ties", (1, 60), distinct),
            case(random, "a tie at the tenth place", (14, 20), one_tie),
        ],
    }
    GOLDEN.write_text(json.dumps(golden) + "\n")
    print("wrote", GOLDEN, golden["versions"], [c["ranked"] for c in golden["cases"]])


if __name__ == "__main__":
    main()
