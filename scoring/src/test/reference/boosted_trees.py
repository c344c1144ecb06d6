"""Makes boosted_trees.txt and boosted_trees.json: a model of LightGBM and what it says of rows.

    python scoring/src/test/reference/boosted_trees.py
"""

import json
import platform
from pathlib import Path

import lightgbm
import numpy

SEED = 20260102
FEATURES = 6
GOLDEN = Path(__file__).parents[1] / "resources/org/optirag/scoring/trees"


def rows(random, count, missing):
    """Three normal features, one of few values, one that is 0 or 1, one that tells nothing."""
    x = random.normal(0, 1, (count, FEATURES)).astype(numpy.float32)
    x[:, 3] = numpy.round(x[:, 3])
    x[:, 4] = x[:, 4] > 0
    for feature in missing:
        x[random.random(count) < 0.2, feature] = numpy.nan
    return x


def main():
    random = numpy.random.default_rng(SEED)
    x = rows(random, 2000, missing=[0, 3])
    known = numpy.nan_to_num(x, nan=0.5)
    logit = known[:, 0] * known[:, 1] + known[:, 3] * (2 * known[:, 4] - 1) - 0.5
    y = random.random(len(x)) < 1 / (1 + numpy.exp(-logit))
    model = lightgbm.train(
        {
            "objective": "binary",
            "num_leaves": 12,
            "learning_rate": 0.1,
            "min_data_in_leaf": 15,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "feature_fraction": 0.7,
            "seed": 7,
            "num_threads": 1,
            "deterministic": True,
            "verbosity": -1,
        },
        lightgbm.Dataset(x, y),
        num_boost_round=40,
    )
    # Also where training had no missing value, and on the thresholds themselves.
    asked = rows(random, 200, missing=range(FEATURES))
    tree = model.dump_model()["tree_info"][0]["tree_structure"]
    asked[0, tree["split_feature"]] = tree["threshold"]
    (GOLDEN / "boosted_trees.txt").write_text(model.model_to_string())
    gain = model.feature_importance("gain")
    golden = {
        "script": "scoring/src/test/reference/boosted_trees.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "lightgbm": lightgbm.__version__,
        },
        "seed": SEED,
        "rows": [[None if numpy.isnan(v) else float(v) for v in row] for row in asked],
        "logits": model.predict(asked, raw_score=True).tolist(),
        "importance": (gain / gain.sum()).tolist(),
    }
    (GOLDEN / "boosted_trees.json").write_text(json.dumps(golden) + "\n")
    print("wrote", GOLDEN, golden["versions"])


if __name__ == "__main__":
    main()
