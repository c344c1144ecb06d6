"""A published SentencePiece vocabulary, and golden ids of texts and of whole prompts.

    python spm_vocabulary.py ggml-vocab-phi-3.gguf OUT.gguf.gz TEXTS.jsonl.gz PROMPTS.json

Made with gguf 0.19.0, sentencepiece 0.2.3, tokenizers 0.23.3, transformers 5.23.0, jinja2 3.1.6.
The input comes from the folder models of llama.cpp (in the source package llama-cpp-python 0.3.36);
it is the vocabulary of Phi-3, which Microsoft publishes under the MIT licence: the 32,000 pieces that
Llama 2, Vicuna, TinyLlama and Zephyr share, and some control tokens. OUT has the 32,000 alone, with
the types that Llama 2's files give them.

TEXTS: {"text", "ids"} a line, the text at the beginning of a prompt. SentencePiece itself and Hugging
Face's tokenizers have to agree on every one, or this script fails.

PROMPTS: for every chat format the model's published chat template (jinja) over the same two messages,
encoded as one text by Hugging Face's tokenizers, with the token that the model expects first:
"legacy" with the vocabulary as Llama 2 has it, where marks such as [/INST] are text (no model that
was tuned with ChatML or Llama 3's format has them as text); "marked" where
the marks of chat formats are control tokens, as fine-tuned models add them; "first" the same where a
space is put before the first text alone, as Mistral 7B 0.3 does.
"""

import gzip
import io
import json
import os
import random
import sys
import tempfile

import sentencepiece
from gguf import GGUFReader, GGUFWriter
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sentencepiece import sentencepiece_model_pb2 as spm
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers

from token_ids import ADJECTIVES, NOUNS, PIECES

SIZE = 32_000
MARKS = [
    "<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|eot_id|>", "<|system|>", "<|user|>", "<|assistant|>", "[INST]", "[/INST]",
]  # fmt: skip
SYSTEM = (
    "You predict whether a user will like a book, from what this user and similar users liked."
    " Answer with Yes or No only."
)
USER = """The user: age 33
The user liked:
- Emma
- [1984] «Žižek»  東京
The user did not like:
- Dune
A similar user liked:
- Persuasion

Candidate book: Ulysses
genre: Novel
Liked by 30 of 40 users
Liked by 2 of 3 similar users
The user liked the similar Emma
Will the user like this book? Answer Yes or No."""
USER = USER.replace("  ", " ")
BOTH = "{% set system = messages[0]['content'] %}{% set user = messages[1]['content'] %}"
CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA3 = (
    "{% for message in messages %}{% set content = '<|start_header_id|>' + message['role'] +"
    " '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
    "{% set content = '<|begin_of_text|>' + content %}{% endif %}{{ content }}{% endfor %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
)
# TinyLlama/TinyLlama-1.1B-Chat-v1.0 and HuggingFaceH4/zephyr-7b-beta
ZEPHYR = (
    "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' +"
    " message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' +"
    " message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{"
    " '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and"
    " add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}"
)
# meta-llama/Llama-2-7b-chat-hf
LLAMA2 = (
    BOTH + "{% set content = '<<SYS>>\n' + system + '\n<</SYS>>\n\n' + user %}"
    "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
)
# mistralai/Mistral-7B-Instruct-v0.2 has one user's turn, and v0.3 writes the system before it so.
MISTRAL = BOTH + "{{ bos_token }}{{ '[INST] ' + system + '\n\n' + user + ' [/INST]' }}"
MISTRAL_V3 = BOTH + "{{ bos_token }}{{ '[INST] ' + system + '\n\n' + user + '[/INST]' }}"
# FastChat's vicuna_v1.1
VICUNA = BOTH + "{{ bos_token }}{{ system + ' USER: ' + user + ' ASSISTANT:' }}"
PLAIN = BOTH + "{{ system + '\n\n' + user + '\nAnswer:' }}"
FORMATS = {
    "legacy": dict(ZEPHYR=ZEPHYR, LLAMA2=LLAMA2, MISTRAL=MISTRAL, VICUNA=VICUNA, PLAIN=PLAIN),
    "marked": dict(CHATML=CHATML, LLAMA3=LLAMA3, ZEPHYR=ZEPHYR, VICUNA=VICUNA, PLAIN=PLAIN),
    "first": dict(CHATML=CHATML, ZEPHYR=ZEPHYR, MISTRAL=MISTRAL_V3),
}  # fmt: skip


def write_vocabulary(source, out):
    read = GGUFReader(source).fields
    tokens = read["tokenizer.ggml.tokens"].contents()[:SIZE]
    scores = read["tokenizer.ggml.scores"].contents()[:SIZE]
    types = read["tokenizer.ggml.token_type"].contents()[:SIZE]
    scores[:3], types[:3] = [0.0] * 3, [2, 3, 3]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "vocabulary.gguf")
        writer = GGUFWriter(path, "llama")
        writer.add_name("The 32,000 pieces of Phi-3's vocabulary, MIT licence, Microsoft")
        writer.add_license("mit")
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(tokens)
        writer.add_token_scores(scores)
        writer.add_token_types(types)
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(False)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        with open(path, "rb") as file, gzip.GzipFile(out, "wb", 9, mtime=0) as packed:
            packed.write(file.read())
    return tokens, scores, types


def sentencepiece_of(tokens, scores, types):
    model = spm.ModelProto()
    model.trainer_spec.model_type = spm.TrainerSpec.BPE
    model.trainer_spec.byte_fallback = True
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = False
    for token, score, kind in zip(tokens, scores, types):
        model.pieces.add(piece=token, score=score, type=kind)
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())


def hugging_face_of(tokens, scores, marks, first):
    """As transformers' converter makes tokenizer.json of a SentencePiece model."""
    vocabulary = {token: id for id, token in enumerate(tokens)}
    merges = []
    for token, score in zip(tokens, scores):
        local = []
        for cut in range(1, len(token)):
            left, right = token[:cut], token[cut:]
            if left in vocabulary and right in vocabulary:
                local.append((left, right, score))
        local.sort(key=lambda pair: (vocabulary[pair[0]], vocabulary[pair[1]]))
        merges.extend(local)
    merges.sort(key=lambda pair: (pair[2], len(pair[0]), len(pair[1])), reverse=True)
    model = models.BPE(
        vocabulary, [(a, b) for a, b, _ in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True
    )
    tokenizer = Tokenizer(model)
    if first:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(
        [AddedToken(text, normalized=False) for text in ["<unk>", "<s>", "</s>"] + (MARKS if marks else [])]
    )
    return tokenizer


def texts():
    random.seed(7)
    found = ["", " ", "  ", "a", " a", "x" * 2_000, "ab " * 600, "\u0301" * 100, "9" * 200, "▁", "▁a", "<0x0A>"]
    while len(found) < 800:
        words = random.sample(ADJECTIVES, random.randint(0, 2)) + random.sample(NOUNS, random.randint(1, 2))
        title = random.choice(["The ", "A ", "", "L'"]) + " ".join(words)
        found.append(title + random.choice([f" ({random.randint(1920, 2026)})", "!", ": Vol. 3", ""]))
    while len(found) < 1_600:
        pieces = [random.choice(["", " "]) + random.choice(PIECES) for _ in range(random.randint(1, 14))]
        found.append("".join(pieces).replace("\0", ""))
    return found


def prompt(tokenizer, template):
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    text = environment.from_string(template).render(
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}],
        bos_token="<s>",
        eos_token="</s>",
        add_generation_prompt=True,
    )
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return ids if ids[0] == 1 else [1] + ids


def main(source, out, out_texts, out_prompts):
    tokens, scores, types = write_vocabulary(source, out)
    reference = sentencepiece_of(tokens, scores, types)
    legacy = hugging_face_of(tokens, scores, False, False)
    with gzip.GzipFile(out_texts, "wb", mtime=0) as file:
        for text in texts():
            ids = legacy.encode(text, add_special_tokens=False).ids
            assert ids == reference.encode(text), text
            file.write((json.dumps({"text": text, "ids": ids}) + "\n").encode())
    tokenizers = {
        "legacy": legacy,
        "marked": hugging_face_of(tokens, scores, True, False),
        "first": hugging_face_of(tokens, scores, True, True),
    }
    prompts = {
        kind: {name: prompt(tokenizers[kind], template) for name, template in formats.items()}
        for kind, formats in FORMATS.items()
    }
    with io.open(out_prompts, "w", encoding="utf-8") as file:
        json.dump({"marks": MARKS, "prompts": prompts}, file)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
