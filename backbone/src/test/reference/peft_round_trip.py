"""Adapters between Hugging Face PEFT and Java, on a tiny model of random weights.

    python peft_round_trip.py make MODEL_DIRECTORY ADAPTER_DIRECTORY
    python peft_round_trip.py check MODEL_DIRECTORY ADAPTER_DIRECTORY

MODEL_DIRECTORY is one of src/test/resources/golden/tiny.
make: PEFT writes a random adapter, and golden.safetensors beside it: tokens [prompts, tokens] (as
f32) and logits [prompts, vocabulary] of the next token. LoraAdapterTest reads
src/test/resources/golden/tiny-adapter, made from tiny/qwen2.
check: loads an adapter that Java wrote (LoraAdapterTest writes one into the directory that the
system property optirag.peft names, with the same golden.safetensors) and compares logits.
Made and checked with torch 2.15.0, transformers 5.24.0, peft 0.21.2; f32, eager attention.
"""

import os
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def load(directory):
    return AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager"
    ).eval()


def make(model_directory, adapter_directory):
    torch.manual_seed(20260905)
    config = LoraConfig(
        r=2, lora_alpha=3, lora_dropout=0.1, target_modules=MODULES, task_type="CAUSAL_LM"
    )
    model = get_peft_model(load(model_directory), config).eval()
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.normal_(std=0.2)
    model.peft_config["default"].base_model_name_or_path = "tiny"
    model.save_pretrained(adapter_directory)
    tokens = torch.randint(0, 67, (3, 9))
    golden = {"tokens": tokens.float(), "logits": model(tokens).logits[:, -1].contiguous()}
    save_file(golden, os.path.join(adapter_directory, "golden.safetensors"))
    os.remove(os.path.join(adapter_directory, "README.md"))


def check(model_directory, adapter_directory):
    base = load(model_directory)
    golden = load_file(os.path.join(adapter_directory, "golden.safetensors"))
    tokens = golden["tokens"].long()
    plain = base(tokens).logits[:, -1]
    logits = PeftModel.from_pretrained(base, adapter_directory).eval()(tokens).logits[:, -1]
    moved = (logits - plain).abs().max().item()
    difference = (logits - golden["logits"]).abs().max().item()
    print(f"the adapter moves logits by up to {moved:.3f}; Java and PEFT differ by {difference:.2e}")
    sys.exit(moved < 0.1 or difference > 1e-4)


if __name__ == "__main__":
    with torch.no_grad():
        {"make": make, "check": check}[sys.argv[1]](*sys.argv[2:])
