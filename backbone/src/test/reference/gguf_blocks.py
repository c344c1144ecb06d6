"""Golden values of every GGUF number type, by the gguf package's own dequantization.

    python gguf_blocks.py OUT.gguf OUT.safetensors

Made with gguf 0.19.0, numpy 2.4.6. OUT.gguf holds a tensor [2, 512] of each type. Its blocks are
random bytes, so that every bit of every field counts; only the scales (f16) are drawn, since random
ones would be infinite or not a number. OUT.safetensors holds the same tensors as f32.
"""

import json
import struct
import sys

import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize

ROWS, COLUMNS = 2, 512
# Where the f16 scales stand in a block.
SCALES = {
    T.Q8_0: [0], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2],
    T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208],
}


def blocks(random, kind):
    size, length = GGML_QUANT_SIZES[kind]
    count = ROWS * COLUMNS // size
    if kind in (T.F32, T.F16):
        return random.normal(size=(ROWS, COLUMNS)).astype(np.float32 if kind == T.F32 else np.float16)
    if kind == T.BF16:
        return (random.normal(size=(ROWS, COLUMNS)).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    raw = random.integers(0, 256, (count, length), dtype=np.uint8)
    for at in SCALES[kind]:
        raw[:, at : at + 2] = random.normal(size=(count, 1)).astype(np.float16).view(np.uint8)
    return raw.reshape(ROWS, -1)


def main(out_gguf, out_values):
    random = np.random.default_rng(7)
    writer = GGUFWriter(out_gguf, "llama")
    values = {}
    for kind in [T.F32, T.F16, T.BF16, *SCALES]:
        data = blocks(random, kind)
        if kind in (T.F32, T.F16):
            writer.add_tensor(kind.name, data)
            values[kind.name] = data.astype(np.float32)
        else:
            writer.add_tensor(kind.name, data.view(np.uint8), raw_dtype=kind)
            values[kind.name] = dequantize(data.view(np.uint8), kind).reshape(ROWS, COLUMNS)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header, offset = {}, 0
    for name, tensor in values.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(out_values, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in values.values():
            file.write(tensor.astype("<f4").tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
