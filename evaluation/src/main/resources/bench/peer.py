"""One engine that scores prompts, told what to do a line of JSON at a time.

    python peer.py llama.cpp MODEL.gguf THREADS [QUANTIZATION]
    python peer.py transformers MODEL.gguf THREADS f32|bf16

Each line of standard input is {"mode": "alone" | "prefix", "context": [ids],
"candidates": [[ids], ...], "yes": id, "no": id}; the answer to each is a line
{"wall": seconds, "cpu": seconds, "probabilities": [...]}. Times are of the scoring alone.
"""
import ctypes
import json
import math
import os
import sys
import time


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "probabilities": answer,
    }


def probability(yes, no):
    return 1 / (1 + math.exp(no - yes))


class LlamaCpp:
    """llama.cpp through its C interface as llama-cpp-python has it."""

    def __init__(self, model, threads, quantization):
        import llama_cpp

        self.c = llama_cpp
        self.version = llama_cpp.__version__
        llama_cpp.llama_backend_init()
        silent = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
        self.silent = silent  # must outlive the library's use of it
        if quantization:
            model = self.quantized(model, quantization, threads)
        self.threads = threads
        self.context = None
        self.sizes = (0, 0)
        repacked = self.survives(model)
        if not repacked:
            self.version += ", weights not repacked: here that ends in an illegal instruction"
        self.load(model, repacked)

    def load(self, model, repacked):
        params = self.c.llama_model_default_params()
        params.use_extra_bufts = repacked
        self.model = self.c.llama_model_load_from_file(model.encode(), params)
        if not self.model:
            raise SystemExit("llama.cpp cannot load " + model)

    def survives(self, model):
        """Whether it runs with weights repacked for AMX: tried in a process of its own."""
        child = os.fork()
        if child == 0:
            self.load(model, True)
            self.fit(64, 1)
            self.answers = (0, 1)
            self.decode([(1, i, 0, i == 63) for i in range(64)])
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) >= 0

    def quantized(self, model, quantization, threads):
        """The model in another quantization, beside the original."""
        types = {"F16": 1, "Q4_0": 2, "Q8_0": 7, "BF16": 32}
        target = os.path.join(
            os.environ.get("OPTIRAG_BENCH", "."),
            os.path.basename(model).removesuffix(".gguf") + "-as-" + quantization + ".gguf",
        )
        if not os.path.exists(target):
            params = self.c.llama_model_quantize_default_params()
            params.ftype = types[quantization]
            params.allow_requantize = True
            params.nthread = threads
            part = target + ".part"
            if self.c.llama_model_quantize(model.encode(), part.encode(), ctypes.byref(params)):
                raise SystemExit("llama.cpp cannot quantize " + model)
            os.replace(part, target)
        return target

    def fit(self, tokens, sequences):
        """A context that is large enough."""
        if self.context and tokens <= self.sizes[0] and sequences <= self.sizes[1]:
            return
        if self.context:
            self.c.llama_free(self.context)
        params = self.c.llama_context_default_params()
        params.n_ctx = max(tokens, 512) + 256
        params.n_batch = params.n_ctx
        params.n_ubatch = 512
        params.n_seq_max = sequences
        params.kv_unified = True
        params.n_threads = self.threads
        params.n_threads_batch = self.threads
        params.no_perf = True
        self.context = self.c.llama_init_from_model(self.model, params)
        self.sizes = (tokens, sequences)

    def decode(self, rows):
        """Runs (token, position, sequence, wanted) rows; the logits of the wanted, in order."""
        batch = self.c.llama_batch_init(len(rows), 0, 1)
        batch.n_tokens = len(rows)
        for i, (token, position, sequence, wanted) in enumerate(rows):
            batch.token[i] = token
            batch.pos[i] = position
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = sequence
            batch.logits[i] = wanted
        if self.c.llama_decode(self.context, batch):
            raise SystemExit("llama.cpp cannot run a batch of %d tokens" % len(rows))
        answers = [
            probability(*(self.c.llama_get_logits_ith(self.context, i)[t] for t in self.answers))
            for i, row in enumerate(rows)
            if row[3]
        ]
        self.c.llama_batch_free(batch)
        return answers

    def score(self, ask):
        self.answers = (ask["yes"], ask["no"])
        context, candidates = ask["context"], ask["candidates"]
        n = len(context)
        memory = lambda: self.c.llama_get_memory(self.context)
        if ask["mode"] == "alone":
            self.fit(n + max(map(len, candidates)), 1)

            def work():
                probabilities = []
                for candidate in candidates:
                    self.c.llama_memory_clear(memory(), False)
                    whole = context + candidate
                    rows = [(t, i, 0, i == len(whole) - 1) for i, t in enumerate(whole)]
                    probabilities += self.decode(rows)
                return probabilities

        else:
            self.fit(n + sum(map(len, candidates)), len(candidates) + 1)

            def work():
                self.c.llama_memory_clear(memory(), False)
                self.decode([(t, i, 0, False) for i, t in enumerate(context)])
                rows = []
                for number, candidate in enumerate(candidates):
                    self.c.llama_memory_seq_cp(memory(), 0, number + 1, 0, n)
                    last = len(candidate) - 1
                    rows += [(t, n + i, number + 1, i == last) for i, t in enumerate(candidate)]
                return self.decode(rows)

        return timed(work)


class Transformers:
    """Hugging Face transformers: prompts in one padded batch, the last token's logits alone."""

    def __init__(self, model, threads, dtype):
        import torch
        import transformers

        self.torch = torch
        self.version = transformers.__version__ + ", torch " + torch.__version__
        torch.set_num_threads(threads)
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        folder, file = os.path.split(model)
        kind = torch.bfloat16 if dtype == "bf16" else torch.float32
        load = transformers.AutoModelForCausalLM.from_pretrained
        self.model = load(folder, gguf_file=file, dtype=kind).eval()

    def score(self, ask):
        torch = self.torch
        prompts = [ask["context"] + candidate for candidate in ask["candidates"]]
        longest = max(map(len, prompts))
        ids = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])

        def work():
            with torch.inference_mode():
                out = self.model(ids, attention_mask=mask, logits_to_keep=1, use_cache=False)
            last = out.logits[:, -1].float()
            return [
                probability(float(row[ask["yes"]]), float(row[ask["no"]])) for row in last
            ]

        return timed(work)


def main():
    engine, model, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    option = sys.argv[4] if len(sys.argv) > 4 else ""
    peer = (LlamaCpp if engine == "llama.cpp" else Transformers)(model, threads, option)
    print(json.dumps({"version": peer.version}), flush=True)
    for line in sys.stdin:
        print(json.dumps(peer.score(json.loads(line))), flush=True)


main()
