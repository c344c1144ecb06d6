"""TF-IDF by scikit-learn: the reference of the Java implementation.

    python tfidf.py OUT.json

Made with scikit-learn 1.9.1.
"""

import json
import sys

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

TEXTS = [
    "The Legend of Zelda: Ocarina of Time. Nintendo 64. adventure, role-playing",
    "Zelda II - The Adventure of Link. NES. adventure",
    "Super Mario 64. Nintendo 64. platform",
    "Super Mario Bros. 3. NES. platform",
    "Mario Mario Mario Party Super Party. Nintendo 64",
    "FIFA 2003. PlayStation 2. sports, football",
    "Fußball-Manager für Könner. PC. sports",
    "L'Équipe à vélo; le Tour de France 2009. PC. sports",
    "Playstations and play stations",
    "x_1 y2 _ a I 1",
    "ab a b",
    "",
]
# Not among the items: known words, words that none has, nothing.
FURTHER = ["zelda zelda unheard-of link", "completely foreign sentence", "Nintendo footballer"]

KINDS = {
    "tfidf": TfidfVectorizer(sublinear_tf=True),
    "chars": TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2),
}

golden = {"scikit-learn": sklearn.__version__, "texts": TEXTS, "further": FURTHER}
for name, vectorizer in KINDS.items():
    vectorizer.fit(TEXTS)
    vectors = vectorizer.transform(TEXTS + FURTHER)
    terms = vectorizer.get_feature_names_out()
    golden[name] = [
        {terms[i]: round(float(row[0, i]), 7) for i in row.indices} for row in vectors
    ]
json.dump(golden, open(sys.argv[1], "w"), ensure_ascii=False, indent=1, sort_keys=True)
