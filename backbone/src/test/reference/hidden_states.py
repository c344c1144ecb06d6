"""Golden hidden states and next tokens of the default model, from Hugging Face transformers.

    python hidden_states.py MODEL.gguf OUT.safetensors

Made with torch 2.15.0, transformers 5.23.0, gguf 0.19.0, safetensors 0.8.0; f32, eager attention.
Tensors, for prompt i:
  tokens.i [tokens] (as f32), last.i [blocks + 1, hidden] the residual stream at the last token,
  sums.i [blocks + 1, tokens] the alternating sum x0 - x1 + x2 - ... of every token's residual
  stream divided by sqrt(hidden), top.i [2] the most probable next token and its logit.
"""

import os
import sys

import numpy as np
import torch
from safetensors.numpy import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

LENGTHS = [5, 6, 7, 8, 11, 13, 16, 21, 27, 33, 41, 53, 64, 77, 96, 127, 128, 160, 211, 256, 311, 400, 511, 600]
TEXT = (
    "A user watched The Long Harbour (1994), Café Ünter den Linden (2001) and 東京の朝, and rated "
    "them 5, 3 and 4 stars. Users with the same taste liked Orbit 9 and Mrs. O'Neil's \"Garden\". "
    "Will the user enjoy A Winter in Tromsø (1987)?\n\tAnswer with Yes or No.  Numbers: 3.14159, "
    "1,000,000 and 42. Emoji: 🎬👩‍🚀. def score(item): return model(item)  # code\n"
)


def main(model_path, out):
    torch.manual_seed(0)
    directory, name = os.path.split(os.path.abspath(model_path))
    tokenizer = AutoTokenizer.from_pretrained(directory, gguf_file=name)
    model = AutoModelForCausalLM.from_pretrained(
        directory, gguf_file=name, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    inner = model.model
    ids = tokenizer(TEXT * 12, add_special_tokens=False)["input_ids"]
    signs = torch.tensor([(-1.0) ** i for i in range(model.config.hidden_size)])
    tensors = {}
    for i, length in enumerate(LENGTHS):
        start = 37 * i % (len(ids) - length)
        tokens = ids[start : start + length]
        states = [None] * (len(inner.layers) + 1)
        hooks = [
            layer.register_forward_hook(
                lambda _, __, result, at=at: states.__setitem__(
                    at + 1, (result[0] if isinstance(result, tuple) else result).reshape(length, -1)
                )
            )
            for at, layer in enumerate(inner.layers)
        ]
        with torch.no_grad():
            states[0] = inner.embed_tokens(torch.tensor(tokens))
            logits = model(torch.tensor([tokens])).logits[0, -1]
        for hook in hooks:
            hook.remove()
        tensors[f"tokens.{i}"] = np.array(tokens, dtype=np.float32)
        tensors[f"last.{i}"] = torch.stack([s[-1] for s in states]).numpy()
        tensors[f"sums.{i}"] = torch.stack(
            [s @ signs / len(signs) ** 0.5 for s in states]
        ).numpy()
        top = int(logits.argmax())
        tensors[f"top.{i}"] = np.array([top, logits[top]], dtype=np.float32)
    save_file(tensors, out, {"prompts": str(len(LENGTHS)), "made_by": "hidden_states.py"})


if __name__ == "__main__":
    main(*sys.argv[1:])
