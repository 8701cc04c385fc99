"""Writes small models that llama.cpp really loads: random weights, one for each kind of KV state.

Each function writes a file of less than 1 MB in some milliseconds and returns its path. The same seed gives
the same file. What they answer makes no sense, but it is printable ASCII, never ends before the limit, and
depends on the whole prompt, so that a wrong KV state shows in the text. Tensor names and shapes: llama.cpp,
src/llama-arch.cpp and src/models/.
"""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
from gguf_maker import text, value

TRAINED_CONTEXT = 2048
WINDOW = 32  # tokens that the sliding kind sees back
WIDTH, WIDE, HEADS, KV_HEADS = 64, 128, 4, 2
HEAD = WIDTH // HEADS
LAYERS = 2
SHARP = 3.0  # of queries and keys: attention that prefers some tokens, instead of the mean of all
NORMAL, CONTROL = 1, 3
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MERGES = "h e|Ġ t|i n|e r|a n|Ġ a|o n|r e|Ġt he|o u|e n|l l|i s|Ġ s|o r|Ġa n|in g|Ġan d".split("|")


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in vocabularies of the GPT-2 kind."""
    shown = {*range(33, 127), *range(161, 173), *range(174, 256)}
    hidden = [byte for byte in range(256) if byte not in shown]
    return [chr(byte if byte in shown else 256 + hidden.index(byte)) for byte in range(256)]


TOKENS = [*_byte_letters(), *(merge.replace(" ", "") for merge in MERGES), *SPECIAL]


def _vocabulary() -> dict[str, object]:
    """A tokenizer for any text: the bytes, a few merges, the special tokens of ChatML."""
    plain = len(TOKENS) - len(SPECIAL)
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": TOKENS,
        "tokenizer.ggml.token_type": [NORMAL] * plain + [CONTROL] * len(SPECIAL),
        "tokenizer.ggml.merges": MERGES,
        "tokenizer.ggml.bos_token_id": plain,
        "tokenizer.ggml.eos_token_id": plain + 2,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": TEMPLATE,
    }


class _Model:
    """Metadata and weights of one file in the making."""

    def __init__(self, architecture: str, seed: int, **settings: object) -> None:
        self._random = np.random.default_rng(seed)
        self._tensors: dict[str, np.ndarray] = {}
        self._metadata: dict[str, object] = {
            "general.architecture": architecture,
            "general.name": f"Tiny {architecture} {seed}",
        }
        defaults = {
            "context_length": TRAINED_CONTEXT,
            "block_count": LAYERS,
            "embedding_length": WIDTH,
            "feed_forward_length": WIDE,
            "attention.head_count": HEADS,
            "attention.head_count_kv": KV_HEADS,
            "attention.layer_norm_rms_epsilon": 1e-5,
        }
        self._metadata |= {f"{architecture}.{key}": item for key, item in (defaults | settings).items()}
        self._metadata |= _vocabulary()

    def matrix(self, name: str, inputs: int, outputs: int, gain: float = 1.0) -> None:
        """Random weights that keep the size of what they multiply, times `gain`."""
        self.add(f"{name}.weight", self._random.standard_normal((outputs, inputs)) * gain / inputs**0.5)

    def ones(self, name: str, count: int) -> None:
        """The weights of a normalisation."""
        self.add(f"{name}.weight", np.ones(count))

    def spread(self, name: str, shape: tuple[int, ...], low: float, high: float) -> None:
        """Random numbers between two bounds, under the full name of a tensor."""
        self.add(name, self._random.uniform(low, high, shape))

    def add(self, name: str, weights: np.ndarray) -> None:
        """Put a tensor into the file, in the order of the calls."""
        self._tensors[name] = weights.astype("<f4")

    def ends(self, last_norm: str = "output_norm") -> None:
        """Embedding and output; tokens that are not printable ASCII get no weight, so none is ever chosen."""
        self.add("token_embd.weight", self._random.standard_normal((len(TOKENS), WIDTH)))
        self.ones(last_norm, WIDTH)
        output = self._random.standard_normal((len(TOKENS), WIDTH))
        chosen = [all(" " <= letter <= "~" for letter in name.replace("Ġ", " ")) for name in TOKENS]
        chosen[-len(SPECIAL) :] = [False] * len(SPECIAL)
        self.add("output.weight", output * np.array(chosen)[:, None])

    def attention(self, block: str, *, biases: bool = False, norms: bool = False) -> None:
        """Attention with fewer heads for keys and values than for queries."""
        for part, outputs, gain in (("q", WIDTH, SHARP), ("k", KV_HEADS * HEAD, SHARP), ("v", KV_HEADS * HEAD, 1.0)):
            self.matrix(f"{block}.attn_{part}", WIDTH, outputs, gain)
            if biases:
                self.spread(f"{block}.attn_{part}.bias", (outputs,), -0.5, 0.5)
        self.matrix(f"{block}.attn_output", WIDTH, WIDTH, SHARP)
        if norms:
            self.add(f"{block}.attn_q_norm.weight", np.full(HEAD, SHARP))
            self.ones(f"{block}.attn_k_norm", HEAD)

    def feed_forward(self, block: str) -> None:
        """The gated layer after attention, with its normalisation."""
        self.ones(f"{block}.ffn_norm", WIDTH)
        self.matrix(f"{block}.ffn_gate", WIDTH, WIDE)
        self.matrix(f"{block}.ffn_up", WIDTH, WIDE)
        self.matrix(f"{block}.ffn_down", WIDE, WIDTH)

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        head = b"GGUF" + struct.pack("<IQQ", 3, len(self._tensors), len(self._metadata))
        head += b"".join(text(key) + value(item) for key, item in self._metadata.items())
        data = b""
        for name, weights in self._tensors.items():
            shape = weights.shape[::-1]  # the format starts with the dimension that is contiguous
            head += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
            head += struct.pack("<IQ", 0, len(data))
            data += weights.tobytes() + b"\0" * (-weights.nbytes % 32)
        path.write_bytes(head + b"\0" * (-len(head) % 32) + data)
        return path


def _transformer(model: _Model, path: Path, *, biases: bool = False) -> Path:
    """Fill in the layers that llama and its like have, and write the file."""
    model.ends()
    for block in (f"blk.{number}" for number in range(LAYERS)):
        model.ones(f"{block}.attn_norm", WIDTH)
        model.attention(block, biases=biases)
        model.feed_forward(block)
    return model.write(path)


def dense(path: Path, seed: int = 0) -> Path:
    """Llama: full attention over everything, the kind for which every operation on KV states works."""
    return _transformer(_Model("llama", seed), path)


def dense_twin(path: Path, seed: int = 1) -> Path:
    """The shape of `dense` with other weights: its KV states fit, and yet they are wrong."""
    return dense(path, seed)


def yarn(path: Path, seed: int = 0) -> Path:
    """The weights of `dense` with positions stretched by YaRN."""
    scaling = {"type": "yarn", "factor": 4.0, "original_context_length": TRAINED_CONTEXT // 4}
    return _transformer(_Model("llama", seed, **{f"rope.scaling.{key}": item for key, item in scaling.items()}), path)


def qwen2(path: Path, seed: int = 0) -> Path:
    """Qwen2: full attention with biases."""
    return _transformer(_Model("qwen2", seed), path, biases=True)


def mrope(path: Path, seed: int = 0) -> Path:
    """The text part of Qwen2-VL: a position has several numbers (M-RoPE)."""
    sections = [HEAD // 8, HEAD // 8, HEAD // 4, 0]  # half a head together
    return _transformer(_Model("qwen2vl", seed, **{"rope.dimension_sections": sections}), path, biases=True)


def sliding(path: Path, seed: int = 0) -> Path:
    """Gemma 3: the first layer sees `WINDOW` tokens back, the second everything."""
    window = {"sliding_window": WINDOW, "sliding_window_pattern": 2, "key_length": HEAD, "value_length": HEAD}
    model = _Model("gemma3", seed, **{f"attention.{key}": item for key, item in window.items()})
    model.ends()
    for block in (f"blk.{number}" for number in range(LAYERS)):
        model.ones(f"{block}.attn_norm", WIDTH)
        model.attention(block, norms=True)
        model.add(f"{block}.post_attention_norm.weight", np.full(WIDTH, WIDTH**0.5))  # as its embeddings are scaled
        model.feed_forward(block)
        model.add(f"{block}.post_ffw_norm.weight", np.full(WIDTH, WIDTH**0.5))
    return model.write(path)


def recurrent(path: Path, seed: int = 0) -> Path:
    """Mamba: one state of fixed size instead of a cell for each token."""
    inner, states, rank, kernel = 2 * WIDTH, 16, 4, 4
    sizes = {"conv_kernel": kernel, "inner_size": inner, "state_size": states, "time_step_rank": rank}
    settings: dict[str, object] = {f"ssm.{key}": item for key, item in sizes.items()}
    none = {"feed_forward_length": 0, "attention.head_count": 0, "attention.head_count_kv": 0}
    model = _Model("mamba", seed, **settings, **none)
    model.ends()
    for block in (f"blk.{number}" for number in range(LAYERS)):
        model.ones(f"{block}.attn_norm", WIDTH)
        model.matrix(f"{block}.ssm_in", WIDTH, 2 * inner, 2.0)
        model.matrix(f"{block}.ssm_conv1d", kernel, inner)
        model.spread(f"{block}.ssm_conv1d.bias", (inner,), -0.2, 0.2)
        model.matrix(f"{block}.ssm_x", inner, rank + 2 * states, 2.0)
        model.matrix(f"{block}.ssm_dt", rank, inner)
        model.spread(f"{block}.ssm_dt.bias", (inner,), -3.0, 0.0)
        model.spread(f"{block}.ssm_a", (inner, states), -0.2, -0.002)  # slow to forget
        model.spread(f"{block}.ssm_d", (inner,), 0.5, 1.0)
        model.matrix(f"{block}.ssm_out", inner, WIDTH, 2.0)
    return model.write(path)


def hybrid(path: Path, seed: int = 0) -> Path:
    """LFM2: a layer of short convolutions, which is recurrent, then one of attention."""
    model = _Model("lfm2", seed, **{"attention.head_count_kv": [0, KV_HEADS], "shortconv.l_cache": 3})
    model.ends("token_embd_norm")
    model.matrix("blk.0.shortconv.conv", 3, WIDTH)
    model.matrix("blk.0.shortconv.in_proj", WIDTH, 3 * WIDTH)
    model.matrix("blk.0.shortconv.out_proj", WIDTH, WIDTH)
    model.attention("blk.1", norms=True)
    for block in (f"blk.{number}" for number in range(LAYERS)):
        model.ones(f"{block}.attn_norm", WIDTH)
        model.feed_forward(block)
    return model.write(path)


KINDS: dict[str, Callable[[Path], Path]] = {
    maker.__name__: maker for maker in (dense, dense_twin, qwen2, sliding, mrope, recurrent, hybrid, yarn)
}
