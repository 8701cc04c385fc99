"""The chain that picks the next token. It reads the logits where llama.cpp left them: nothing is copied."""

import secrets
from typing import Any

from memos_desktop.engine.base import Sampling
from memos_desktop.engine.llamacpp.library import Library

PENALTY_WINDOW = 64  # tokens of the answer that the repeat penalty looks back on, as llama.cpp's default
RANDOM_SEED = 0xFFFFFFFF  # llama.cpp's word for "draw one"


class Sampler:
    """Picks tokens for one answer. Close it afterwards.

    The repeat penalty counts the answer's own tokens only: a fact that was put into the prompt must be
    quotable.
    """

    def __init__(self, library: Library, vocabulary: int, sampling: Sampling) -> None:
        self._api = library.api
        self._chain = self._api.llama_sampler_chain_init(self._api.llama_sampler_chain_default_params())
        for link in self._links(vocabulary, sampling):
            self._api.llama_sampler_chain_add(self._chain, link)  # the chain owns it from here

    def next(self, context: Any) -> int:
        """The next token after the last one that was evaluated."""
        token: int = self._api.llama_sampler_sample(self._chain, context, -1)
        return token

    def close(self) -> None:
        """Free the chain and its links; harmless when called twice."""
        if self._chain is not None:
            self._api.llama_sampler_free(self._chain)
            self._chain = None

    def _links(self, vocabulary: int, sampling: Sampling) -> list[Any]:
        api = self._api
        links = []
        if sampling.repeat_penalty != 1.0:
            penalty = api.llama_sampler_init_penalties
            links.append(penalty(vocabulary, PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0))
        if sampling.temperature <= 0:
            return [*links, api.llama_sampler_init_greedy()]
        seed = secrets.randbits(32) if sampling.seed is None else sampling.seed & RANDOM_SEED
        return [
            *links,
            api.llama_sampler_init_top_k(sampling.top_k),
            api.llama_sampler_init_top_p(sampling.top_p, 1),
            api.llama_sampler_init_min_p(sampling.min_p, 1),
            api.llama_sampler_init_temp(sampling.temperature),
            api.llama_sampler_init_dist(min(seed, RANDOM_SEED - 1)),
        ]
