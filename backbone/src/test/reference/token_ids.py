"""Golden token ids of the default model, from Hugging Face transformers.

    python token_ids.py MODEL.gguf OUT.jsonl.gz

Made with transformers 5.23.0, tokenizers 0.23.3, gguf 0.19.0. Each line: {"text", "ids"}; special
tokens are neither added nor expected in the texts. The texts are made here: item titles of invented
works, and Unicode torture.

transformers' GGUF reader forgets how words are split; the file says "smollm", which is (in the
model's own tokenizer.json, and in llama.cpp) every digit by itself, then GPT-2's words.
"""

import gzip
import json
import os
import random
import sys

from tokenizers import pre_tokenizers
from transformers import AutoTokenizer

ADJECTIVES = "Long Silent Golden Last Broken Hidden Électrique Zwölf 最後の Красный Little Great Lost".split()
NOUNS = "Harbour Garden Winter Orbit Señorita Mädchen 東京 Город Café Road Machine Night O'Neil's".split()
PIECES = [
    "\u200d", "👩\u200d🚀", "🏳️\u200d🌈", "e\u0301", "é", "\u0000", "\u0007", "\t", "\n", "\r\n", "   ",
    "\u00a0", "\u3000", "\u202e", "שלום", "مرحبا", "中文", "ไทย", "한국어", "ﬁ", "Ⅷ", "²", "½", "٣",
    "0", "1234567890", "3.14", "'s", "'LL", "don't", "//", "<b>", "</b>", "&amp;", "\\n", "%20", "$",
    "€", "…", "—", "\"", "“", "a", "Z", "the", " and", "\ufffd", "\ufeff", "𝕏", "𠜎", "ß", "İ", "_", "__",
]


def main(model_path, out):
    random.seed(7)
    directory, name = os.path.split(os.path.abspath(model_path))
    tokenizer = AutoTokenizer.from_pretrained(directory, gguf_file=name)
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    texts = ["", " ", "\n", "x" * 10_000, "ab " * 3_000, "\u0301" * 500, "9" * 400]
    while len(texts) < 2_500:
        words = random.sample(ADJECTIVES, random.randint(0, 2)) + random.sample(NOUNS, random.randint(1, 2))
        title = random.choice(["The ", "A ", "", "L'"]) + " ".join(words)
        title += random.choice([f" ({random.randint(1920, 2026)})", ", Part " + str(random.randint(2, 9)), "", "!", ": Vol. 3"])
        texts.append(title)
    while len(texts) < 5_000:
        texts.append("".join(random.choice(["", " "]) + random.choice(PIECES) for _ in range(random.randint(1, 14))))
    with gzip.GzipFile(out, "wb", mtime=0) as file:
        for text in texts:
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
            file.write((json.dumps({"text": text, "ids": ids}) + "\n").encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
