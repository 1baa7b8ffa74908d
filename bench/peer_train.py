#!/usr/bin/env python3
"""The model of `evenkeel bench train` in Python's PyTorch, timed on request.

Reads one JSON object a line on standard input:
  {"layers": 4, "width": 128, "heads": 4, "context": 128, "batch": 16, "vocabulary": 256, "precision": "fp32", "steps": 5}
and answers each with one JSON line: {"ms": [...], "loss": x, "parameters": n}. A model stays warm between requests of
the same shape. Threads: the environment variable OMP_NUM_THREADS, or all.
"""
import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x, mask):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(d // self.heads))
            y = F.softmax(scores.masked_fill(mask, float("-inf")), dim=-1).to(v.dtype) @ v
        return self.out(y.transpose(1, 2).reshape(b, t, d))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x, mask):
        x = x + self.attention(self.norm1(x), mask)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Decoder(nn.Module):
    def __init__(self, layers, width, heads, context, vocabulary):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.register_buffer("mask", torch.triu(torch.ones(context, context, dtype=torch.bool), 1))

    def forward(self, tokens):
        x = self.embed(tokens) + self.position.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


class Run:
    def __init__(self, request):
        torch.manual_seed(1)
        self.request = request
        self.model = Decoder(
            request["layers"], request["width"], request["heads"], request["context"], request["vocabulary"]
        )
        kwargs = {"foreach": True} if "foreach" in torch.optim.AdamW.__init__.__code__.co_varnames else {}
        if "fused" in torch.optim.AdamW.__init__.__code__.co_varnames and torch.__version__ >= "2.4":
            kwargs = {"fused": True}
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1, **kwargs
        )
        shape = (request["batch"], request["context"] + 1)
        self.data = torch.randint(request["vocabulary"], shape)

    def step(self):
        x, y = self.data[:, :-1], self.data[:, 1:]
        bf16 = self.request["precision"] == "bf16"
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            logits = self.model(x)
        loss = F.cross_entropy(logits.float().reshape(-1, logits.shape[-1]), y.reshape(-1))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()


def matrix_product_gflops(size=2048, rounds=6):
    """What its BLAS gives for fp32: the reference BLAS that some systems install is twenty times too slow."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    best = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def main():
    runs = {}
    about = {"torch": torch.__version__, "threads": torch.get_num_threads(), "gflops": matrix_product_gflops()}
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        steps = request.pop("steps")
        key = json.dumps(request, sort_keys=True)
        if key not in runs:
            runs[key] = Run(request)
            for _ in range(3):
                runs[key].step()
        times, loss = [], 0.0
        for _ in range(steps):
            start = time.perf_counter()
            loss = runs[key].step()
            times.append((time.perf_counter() - start) * 1e3)
        parameters = sum(p.numel() for p in runs[key].model.parameters())
        print(json.dumps({"ms": times, "loss": loss, "parameters": parameters}), flush=True)


if __name__ == "__main__":
    main()
