"""Makes metrics.json: what scikit-learn says about random predictions with many ties.

    python evaluation/src/test/reference/metrics.py
"""

import json
import platform
from pathlib import Path

import numpy
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

SEED = 20260101
EPSILON = 1e-7
GOLDEN = Path(__file__).parents[1] / "resources/org/optirag/evaluation/metrics.json"


def calibration_error(labels, probabilities, bins):
    """Mean distance of the reliability curve from the diagonal, weighted by the bins' sizes."""
    rates, means = calibration_curve(labels, probabilities, n_bins=bins, strategy="uniform")
    # The bins' sizes, by the same rule as calibration_curve's: an edge belongs to the bin below.
    which = numpy.searchsorted(numpy.linspace(0, 1, bins + 1)[1:-1], probabilities)
    sizes = numpy.bincount(which, minlength=bins)
    sizes = sizes[sizes > 0]
    return float(numpy.sum(sizes * numpy.abs(rates - means)) / len(labels))


def user_auc(labels, probabilities, users):
    """Mean roc_auc_score over the users with both labels."""
    aucs = [
        roc_auc_score(labels[users == user], probabilities[users == user])
        for user in numpy.unique(users)
        if 0 < labels[users == user].sum() < (users == user).sum()
    ]
    return float(numpy.mean(aucs))


def case(random, rows, users, digits, shift):
    """Random predictions, rounded to `digits` so that ties abound."""
    user = random.integers(0, users, rows)
    logit = random.normal(0, 1.5, rows)
    label = random.random(rows) < 1 / (1 + numpy.exp(-logit))
    probability = 1 / (1 + numpy.exp(-(logit + random.normal(shift, 1.0, rows))))
    probability = numpy.round(probability, digits)
    clipped = numpy.clip(probability, EPSILON, 1 - EPSILON)
    return {
        "probability": probability.tolist(),
        "label": label.astype(int).tolist(),
        "user": user.tolist(),
        "auc": float(roc_auc_score(label, probability)),
        "uauc": user_auc(label, probability, user),
        "logLoss": float(log_loss(label, clipped)),
        "accuracy": float(accuracy_score(label, probability >= 0.5)),
        "calibrationError10": calibration_error(label, probability, 10),
        "calibrationError15": calibration_error(label, probability, 15),
    }


def main():
    random = numpy.random.default_rng(SEED)
    golden = {
        "script": "evaluation/src/test/reference/metrics.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "seed": SEED,
        "cases": [
            case(random, rows=400, users=25, digits=2, shift=0.0),
            case(random, rows=300, users=40, digits=1, shift=0.7),
            case(random, rows=50, users=20, digits=6, shift=-1.0),
            case(random, rows=200, users=3, digits=0, shift=0.0),
        ],
    }
    GOLDEN.write_text(json.dumps(golden) + "\n")
    print("wrote", GOLDEN, golden["versions"])


if __name__ == "__main__":
    main()
