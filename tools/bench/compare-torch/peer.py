"""The peer: the same Llama model in PyTorch, as one would write it to be fast on one CPU thread.

Fused query-key-value and gate-up projections, scaled_dot_product_attention, fused AdamW, a
key-value cache that is filled once for a shared prompt, rows that leave when they are finished,
no head on rows that need no logits.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

STOP = 0
PAD = 0


class Layer(nn.Module):
    def __init__(self, weights, prefix, config):
        super().__init__()
        self.heads = config["num_attention_heads"]
        self.groups = config["num_key_value_heads"]
        self.size = config["hidden_size"] // self.heads
        self.eps = config["rms_norm_eps"]
        w = lambda name: weights[prefix + name + ".weight"].clone()
        parameter = lambda *parts: nn.Parameter(torch.cat(parts) if len(parts) > 1 else parts[0])
        self.qkv = parameter(*(w(f"self_attn.{n}_proj") for n in "qkv"))
        self.out = parameter(w("self_attn.o_proj"))
        self.gate_up = parameter(w("mlp.gate_proj"), w("mlp.up_proj"))
        self.down = parameter(w("mlp.down_proj"))
        self.norm1 = parameter(w("input_layernorm"))
        self.norm2 = parameter(w("post_attention_layernorm"))

    def project(self, x, cos, sin):
        """Queries, keys and values as batch × heads × tokens × size, the first two rotated."""
        batch, tokens, width = x.shape
        h = F.rms_norm(x, (width,), self.norm1, self.eps)
        q, k, v = F.linear(h, self.qkv).split(
            [self.heads * self.size, self.groups * self.size, self.groups * self.size], -1)
        q = q.view(batch, tokens, self.heads, self.size).transpose(1, 2)
        k = k.view(batch, tokens, self.groups, self.size).transpose(1, 2)
        v = v.view(batch, tokens, self.groups, self.size).transpose(1, 2)
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def finish(self, x, attended):
        batch, tokens, width = x.shape
        x = x + F.linear(attended.transpose(1, 2).reshape(batch, tokens, width), self.out)
        h = F.rms_norm(x, (width,), self.norm2, self.eps)
        gate, up = F.linear(h, self.gate_up).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, self.down)


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Peer(nn.Module):
    def __init__(self, folder):
        super().__init__()
        config = json.loads((Path(folder) / "config.json").read_text())
        weights = load_file(Path(folder) / "model.safetensors")
        self.config = config
        self.embed = nn.Parameter(weights["model.embed_tokens.weight"].clone())
        self.head = nn.Parameter(weights["lm_head.weight"].clone())
        self.norm = nn.Parameter(weights["model.norm.weight"].clone())
        self.layers = nn.ModuleList(
            Layer(weights, f"model.layers.{i}.", config)
            for i in range(config["num_hidden_layers"]))
        size = config["hidden_size"] // config["num_attention_heads"]
        theta = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
        frequency = theta ** (-torch.arange(0, size, 2).double() / size)
        angle = torch.arange(512).double()[:, None] * frequency[None]
        angle = torch.cat((angle, angle), -1)
        self.register_buffer("cos", angle.cos().float())
        self.register_buffer("sin", angle.sin().float())

    def logits(self, x):
        h = F.rms_norm(x, (x.shape[-1],), self.norm, self.config["rms_norm_eps"])
        return F.linear(h, self.head)

    def forward(self, tokens, select=None):
        """Logits of right-padded rows, all or those that the mask `select` picks."""
        count = tokens.shape[1]
        x = F.embedding(tokens, self.embed)
        cos, sin = self.cos[:count], self.sin[:count]
        for layer in self.layers:
            q, k, v = layer.project(x, cos, sin)
            # Right padding needs no mask beside the causal one: nothing real attends to it.
            x = layer.finish(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return self.logits(x if select is None else x[select])

    @torch.inference_mode()
    def generate(self, prompts, new_tokens, choose, copies=1, stop=STOP):
        """`copies` continuations of each prompt, as lists of tokens, the stop token included."""
        lengths = torch.tensor([len(p) for p in prompts])
        longest = int(lengths.max())
        tokens = torch.full((len(prompts), longest), PAD)
        for i, p in enumerate(prompts):
            tokens[i, : len(p)] = torch.tensor(p)
        room = longest + new_tokens
        equal = bool((lengths == longest).all())
        x = F.embedding(tokens, self.embed)
        caches = []
        for layer in self.layers:
            q, k, v = layer.project(x, self.cos[:longest], self.sin[:longest])
            cache = torch.zeros(2, len(prompts) * copies, k.shape[1], room, k.shape[3])
            cache[0, :, :, :longest] = k.repeat_interleave(copies, 0)
            cache[1, :, :, :longest] = v.repeat_interleave(copies, 0)
            caches.append(cache)
            x = layer.finish(x, F.scaled_dot_product_attention(q, k, v, is_causal=True))
        logits = self.logits(x[torch.arange(len(prompts)), lengths - 1])
        logits = logits.repeat_interleave(copies, 0)
        position = lengths.repeat_interleave(copies)
        ids = torch.arange(len(prompts) * copies)
        result = [[] for _ in ids]
        slot = torch.arange(room)[None]
        for step in range(new_tokens):
            token = choose(logits)
            for i, t in zip(ids.tolist(), token.tolist()):
                result[i].append(t)
            live = token != stop
            if not bool(live.all()):
                token, position, ids = token[live], position[live], ids[live]
                caches = [cache[:, live] for cache in caches]
            if len(ids) == 0 or step + 1 == new_tokens:
                break
            x = F.embedding(token[:, None], self.embed)
            rows = torch.arange(len(ids))
            if equal:
                cos, sin = self.cos[position[0]], self.sin[position[0]]
                end, mask = int(position[0]) + 1, None
            else:
                cos, sin = self.cos[position][:, None, None], self.sin[position][:, None, None]
                end = int(position.max()) + 1
                mask = (slot[:, :end] <= position[:, None])[:, None, None]
            for layer, cache in zip(self.layers, caches):
                q, k, v = layer.project(x, cos, sin)
                if equal:
                    cache[0, :, :, end - 1] = k[:, :, 0]
                    cache[1, :, :, end - 1] = v[:, :, 0]
                else:
                    cache[0, rows, :, position] = k[:, :, 0]
                    cache[1, rows, :, position] = v[:, :, 0]
                attended = F.scaled_dot_product_attention(
                    q, cache[0, :, :, :end], cache[1, :, :, :end], attn_mask=mask)
                x = layer.finish(x, attended)
            logits = self.logits(x[:, 0])
            position = position + 1
        return result


def greedy(logits):
    return logits.argmax(-1)


def sampler(temperature, top_p, generator):
    """Draws from softmax(logits / temperature), cut to the likeliest tokens that reach top_p."""

    def choose(logits):
        p = torch.softmax(logits / temperature, -1)
        if top_p < 1:
            ordered, index = p.sort(-1, descending=True)
            before = ordered.cumsum(-1) - ordered
            p = torch.zeros_like(p).scatter_(-1, index, ordered * (before < top_p))
        return torch.multinomial(p, 1, generator=generator)[:, 0]

    return choose


def padded(sequences):
    tokens = torch.full((len(sequences), max(map(len, sequences))), PAD)
    for i, s in enumerate(sequences):
        tokens[i, : len(s)] = torch.tensor(s)
    return tokens


def optimizer(model, learning_rate, weight_decay, betas=(0.9, 0.999)):
    return torch.optim.AdamW(
        model.parameters(), lr=learning_rate, weight_decay=weight_decay, betas=betas, fused=True)


def update(model, opt, loss, clip):
    opt.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    opt.step()
    return loss.item()


def generated_rows(prompt_lengths, samples, width):
    """The mask of the rows that predict generated tokens."""
    first = torch.tensor(prompt_lengths)[:, None] - 1
    count = torch.tensor([len(s) for s in samples])[:, None]
    position = torch.arange(width)[None]
    return (position >= first) & (position < first + count)


def entropy_loss(model, prompt, samples, temperature, weights=None):
    """Mean entropy at the temperature over the rows that the sampled tokens were drawn from."""
    tokens = padded([prompt + s[:-1] for s in samples])
    select = generated_rows([len(prompt)] * len(samples), samples, tokens.shape[1])
    log_p = torch.log_softmax(model(tokens, select) / temperature, -1)
    entropy = -(log_p.exp() * log_p).sum(-1)
    if weights is None:
        return entropy.mean()
    per_row = torch.repeat_interleave(
        torch.tensor(weights, dtype=torch.float32), torch.tensor([len(s) for s in samples]))
    return (entropy * per_row).sum() / per_row.sum()


def deduplicated(samples):
    counts = {}
    for s in samples:
        counts[tuple(s)] = counts.get(tuple(s), 0) + 1
    return [list(s) for s in counts], list(counts.values())


def policy_loss(model, prompts, samples, advantages):
    """On-policy GRPO: the ratio is one, its gradient that of the log-probability."""
    tokens = padded([p + s[:-1] for p, s in zip(prompts, samples)])
    select = generated_rows([len(p) for p in prompts], samples, tokens.shape[1])
    targets = torch.cat([torch.tensor(s) for s in samples])
    chosen = -F.cross_entropy(model(tokens, select), targets, reduction="none")
    lengths = torch.tensor([len(s) for s in samples])
    weight = torch.repeat_interleave(torch.tensor(advantages) / lengths, lengths) / len(samples)
    ratio = (chosen - chosen.detach()).exp()
    clipped = ratio.clamp(0.8, 1.2)
    return -torch.minimum(ratio * weight, clipped * weight).sum()


def supervised_loss(model, documents):
    tokens = padded([d[:-1] for d in documents])
    select = generated_rows([1] * len(documents), [d[1:] for d in documents], tokens.shape[1])
    targets = torch.cat([torch.tensor(d[1:]) for d in documents])
    return F.cross_entropy(model(tokens, select), targets)


def dense_loss(model, documents):
    tokens = torch.tensor(documents)
    logits = model(tokens[:, :-1])
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1))
