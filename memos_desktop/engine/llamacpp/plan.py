"""Decides before loading how many layers go to the GPU and how long the context may be."""

from dataclasses import dataclass

from memos_desktop.engine.base import LoadOptions
from memos_desktop.engine.hardware import GIB, SPARE
from memos_desktop.engine.llamacpp.gguf import Header
from memos_desktop.engine.llamacpp.library import Device
from memos_desktop.errors import ModelError

DEFAULT_CONTEXT = 8192
LEAST_CONTEXT = 2048  # below this a chat with memories makes no sense; a person may still ask for less
STEP = 256  # llama.cpp rounds context lengths up to a multiple of this
BATCH = 512  # tokens evaluated at once
GPU_SHARE = 0.9  # of the free GPU memory; the rest is for the driver and for the screen


@dataclass(frozen=True, slots=True)
class Plan:
    """How to load a model. `note` tells the person what was decided differently from what was asked."""

    context: int
    gpu_layers: int
    note: str = ""


def kv_bytes(header: Header) -> int:
    """Bytes of cache (keys and values, 16 bit) that one token takes over all layers."""
    heads = header.number("attention.head_count", 1)
    width = header.number("embedding_length") // max(heads, 1)
    keys = header.number("attention.key_length", width)
    values = header.number("attention.value_length", width)
    kv_heads = header.number("attention.head_count_kv", heads)
    return header.number("block_count") * kv_heads * (keys + values) * 2


def buffer_bytes(header: Header, context: int) -> int:
    """A generous estimate of what evaluating one batch takes beside weights and cache.

    Without flash attention every head has a score for each token of the batch and each of the context.
    """
    wide = header.number("feed_forward_length") * 3 + header.number("embedding_length") * 8
    scores = header.number("attention.head_count", 1) * context
    return BATCH * (wide + scores) * 4 + (64 << 20)


def make_plan(header: Header, options: LoadOptions, memory: int, devices: tuple[Device, ...]) -> Plan:
    """The longest context up to the wanted one that fits into `memory` bytes.

    Raises ModelError when the model does not fit, or not with the context that was asked for.
    """
    trained = header.trained_context or DEFAULT_CONTEXT
    wanted = min(options.context_length or DEFAULT_CONTEXT, trained)
    wanted = max(STEP, wanted // STEP * STEP)
    layers, gpu_note = _layers(header, options, devices, wanted)
    weights = _in_memory(header, layers)
    fixed = weights + buffer_bytes(header, 0) + SPARE
    # Buffers grow with the context too.
    growth = kv_bytes(header) + (buffer_bytes(header, STEP) - buffer_bytes(header, 0)) // STEP
    room = max(0, memory - fixed) // max(1, growth) // STEP * STEP
    if layers > header.number("block_count"):
        room = wanted  # the cache is with the layers, in the memory of the GPU
    least = wanted if options.context_length else min(wanted, LEAST_CONTEXT)
    if room < least:
        raise _too_large(fixed + least * growth, memory, shorter=room >= STEP)
    context = min(wanted, room)
    cut = f"The context was cut to {context:,} tokens to fit into memory." if context < wanted else ""
    return Plan(context, layers, " ".join(filter(None, (gpu_note, cut))))


def _layers(
    header: Header, options: LoadOptions, devices: tuple[Device, ...], context: int
) -> tuple[int, str]:
    if options.gpu_layers == 0:
        return 0, ""
    if not devices:
        return 0, "No GPU that llama.cpp can use was found."
    every = header.number("block_count") + 1  # the output layer counts as one
    if options.gpu_layers > 0:
        return min(options.gpu_layers, every), ""
    free = sum(device.free for device in devices) * GPU_SHARE - buffer_bytes(header, 0)
    layers = max(0, min(every, int(free * every / (header.size + context * kv_bytes(header)))))
    if layers == every:
        return layers, ""
    return layers, f"{layers} of {every} layers fit into the memory of the GPU."


def _in_memory(header: Header, gpu_layers: int) -> int:
    """Bytes of weights that stay in main memory."""
    every = header.number("block_count") + 1
    return header.size * max(0, every - gpu_layers) // every


def _too_large(need: int, memory: int, shorter: bool) -> ModelError:
    hint = "Close other programs, or choose a smaller model."
    return ModelError(
        f"The model needs {need / GIB:.1f} GB of memory, and {memory / GIB:.1f} GB are free.",
        f"Choose a shorter context in the settings. {hint}" if shorter else hint,
    )
