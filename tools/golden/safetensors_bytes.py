"""Golden bytes for the safetensors reader and writer, as Base64 for SafetensorsTests.swift.

    python3 -P tools/golden/safetensors_bytes.py

(-P, as statistics.py beside it would hide the standard module of that name) with safetensors and
torch installed. The first is a file of float32 tensors, which the writer must give byte for byte;
the second holds one tensor in float32, float16 and bfloat16 each, which the reader must read.
"""

import base64

import torch
from safetensors.torch import save

single = {
    "b.weight": torch.tensor([[1.5, -2.0, 3.25], [0.1, 1e-8, -1e30]]),
    "a": torch.tensor([7.0]),
    "scalar": torch.tensor(0.5),
    "Z": torch.zeros(0, 3),
}
values = [[1.0, -0.5], [65504.0, 6e-8], [0.1, 3.0]]
mixed = {
    "single": torch.tensor(values),
    "half": torch.tensor(values, dtype=torch.float16),
    "brain": torch.tensor(values, dtype=torch.bfloat16),
}
print(base64.b64encode(save(single, {"format": "pt"})).decode())
print(base64.b64encode(save(mixed)).decode())
print({k: v.float().flatten().tolist() for k, v in mixed.items()})
