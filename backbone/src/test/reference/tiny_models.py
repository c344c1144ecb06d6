"""Tiny models of random weights of every architecture, with golden hidden states and logits.

    python tiny_models.py OUT_DIRECTORY

Made with torch 2.15.0, transformers 5.23.0, safetensors 0.8.0; f32, eager attention.
Each model is a directory as transformers saves it, and golden.safetensors beside its weights: for
prompt i, tokens.i [tokens] (as f32), states.i [blocks + 1, tokens, hidden] the residual stream
before the first block and after each, logits.i [vocabulary] of the next token.
"""

import os
import sys

import numpy as np
import torch
from safetensors.numpy import save_file
from transformers import LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config
from transformers import AutoModelForCausalLM

LENGTHS = [1, 7, 40]
SHAPE = dict(
    vocab_size=67,
    hidden_size=24,
    intermediate_size=40,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    initializer_range=0.3,
    bos_token_id=1,
    eos_token_id=2,
)
MODELS = {
    "llama": LlamaConfig(**SHAPE, head_dim=8, tie_word_embeddings=True),
    "llama-linear": LlamaConfig(
        **SHAPE,
        head_dim=8,
        tie_word_embeddings=False,
        rope_parameters={"rope_type": "linear", "rope_theta": 500.0, "factor": 4.0},
    ),
    "llama3": LlamaConfig(
        **SHAPE,
        head_dim=16,
        rope_parameters={
            "rope_type": "llama3",
            "rope_theta": 500.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32,
        },
    ),
    "mistral": MistralConfig(**SHAPE, head_dim=8, sliding_window=None),
    "qwen2": Qwen2Config(**SHAPE, tie_word_embeddings=True),
    "qwen3": Qwen3Config(**SHAPE, head_dim=12, tie_word_embeddings=True),
}


def golden(model):
    inner = model.model
    generator = torch.Generator().manual_seed(7)
    tensors = {}
    for i, length in enumerate(LENGTHS):
        tokens = torch.randint(0, SHAPE["vocab_size"], (length,), generator=generator)
        states = [inner.embed_tokens(tokens)]
        hooks = [
            layer.register_forward_hook(
                lambda _, __, result: states.append(
                    (result[0] if isinstance(result, tuple) else result).reshape(length, -1)
                )
            )
            for layer in inner.layers
        ]
        logits = model(tokens[None]).logits[0, -1]
        for hook in hooks:
            hook.remove()
        tensors[f"tokens.{i}"] = tokens.numpy().astype(np.float32)
        tensors[f"states.{i}"] = torch.stack(states).numpy()
        tensors[f"logits.{i}"] = logits.numpy()
    return tensors


@torch.no_grad()
def main(out):
    for seed, (name, config) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        config._attn_implementation = "eager"
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
        # Transformers starts norms at one and biases at zero, where mistakes do not show.
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
        directory = os.path.join(out, name)
        model.save_pretrained(directory)
        save_file(
            golden(model),
            os.path.join(directory, "golden.safetensors"),
            {"prompts": str(len(LENGTHS)), "made_by": "tiny_models.py"},
        )
        generation = os.path.join(directory, "generation_config.json")
        if os.path.exists(generation):
            os.remove(generation)


if __name__ == "__main__":
    main(*sys.argv[1:])
