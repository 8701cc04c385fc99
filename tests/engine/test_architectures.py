"""Every kind of architecture through the real driver: what it is said to allow, and that reuse changes nothing."""

import pytest
from tiny_models import KINDS, WINDOW, dense

from memos_desktop.engine.base import Capabilities, LoadOptions, Prompt, PromptTurn, Sampling
from memos_desktop.engine.kv.layout import GRID, common_start
from memos_desktop.engine.llamacpp.backend import LlamaCppBackend
from memos_desktop.memory.message import Finish, Role
from memos_desktop.progress import Progress

ANSWER = 8
SMALL = LoadOptions(context_length=512, gpu_layers=0, threads=2)
# Kind → architecture, shift, rollback.
ALLOWED = {
    "dense": ("llama", True, True),
    "dense_twin": ("llama", True, True),
    "qwen2": ("qwen2", True, True),
    "sliding": ("gemma3", False, False),
    "mrope": ("qwen2vl", False, True),
    "recurrent": ("mamba", False, False),
    "hybrid": ("lfm2", False, False),
    "yarn": ("llama", False, True),
}
STORY = "The cat is in the garden and the other one is on the shore, then another thinks. " * 3


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    """The name of a kind in `KINDS`."""
    return request.param


@pytest.fixture(scope="module")
def path(kind, tmp_path_factory):
    """The file of the kind, written once."""
    return KINDS[kind](tmp_path_factory.mktemp("tiny") / f"{kind}.gguf")


@pytest.fixture
def open_engine(path):
    """Loads the kind again at each call: a cold engine."""
    engines = []

    def load():
        engines.append(LlamaCppBackend().load(path, "f" * 64, SMALL, Progress()))
        return engines[-1]

    yield load
    for engine in engines:
        engine.close()


def prompt(engine, text):
    """A chat with one message."""
    return engine.encode([PromptTurn(Role.USER, text)])


def answer(engine, asked, limit=ANSWER):
    """The greedy text after a prompt, and how many of its tokens were reused."""
    chunks = list(engine.generate(asked, Sampling(temperature=0, max_tokens=limit), Progress()))
    assert chunks[-1].finish is Finish.LENGTH
    assert chunks[-1].stats.completion_tokens == limit
    return "".join(chunk.text for chunk in chunks), chunks[-1].stats.reused_tokens


def test_says_what_the_architecture_allows(kind, open_engine):
    info = open_engine().info
    architecture, shift, rollback = ALLOWED[kind]
    assert info.architecture == architecture
    assert info.capabilities == Capabilities(shift=shift, rollback=rollback, adapters=True, saves_state=True)


def test_a_changed_end_is_answered_as_by_a_cold_engine(kind, open_engine):
    warm = open_engine()
    first, second = prompt(warm, STORY + "Who?"), prompt(warm, STORY + "Where?")
    shared = common_start(first.tokens, second.tokens)
    assert shared > 3 * WINDOW
    answer(warm, first)
    text, reused = answer(warm, second)
    assert reused == (shared // GRID * GRID if warm.info.capabilities.rollback else 0)
    assert (text, 0) == answer(open_engine(), second)


def test_an_added_end_is_answered_as_by_a_cold_engine_and_reuses_all_before(open_engine):
    warm = open_engine()
    whole = prompt(warm, STORY + "Who?")
    half = len(whole.tokens) // 2
    assert half % GRID
    answer(warm, Prompt(whole.tokens[:half]), limit=1)  # the only token of the answer is not evaluated
    text, reused = answer(warm, whole)
    # Where the state cannot be cut to the grid, it is used as it is.
    assert reused == (half // GRID * GRID if warm.info.capabilities.rollback else half)
    assert (text, 0) == answer(open_engine(), whole)


def test_the_same_prompt_twice_is_answered_the_same(open_engine):
    engine = open_engine()
    asked = prompt(engine, STORY)
    assert answer(engine, asked)[0] == answer(engine, asked)[0]


def test_the_answer_depends_on_the_start_of_the_prompt(open_engine):
    """Otherwise the comparisons above would prove nothing about the cells of the shared start."""
    engine = open_engine()
    texts = {answer(engine, prompt(engine, f"{name}: {STORY}"), limit=24)[0] for name in ("Ann", "Bob", "Eve")}
    assert len(texts) == 3


def test_the_tokenizer_reads_any_text(open_engine):
    engine = open_engine()
    letters = "".join(map(chr, range(1, 127)))
    assert 64 < engine.count(letters) <= len(letters)
    assert engine.count("the") == 2  # merges work: "t" and "he"
    assert engine.count("é☃") == 5  # bytes of UTF-8


def test_a_seed_gives_the_same_file_again(tmp_path):
    first, again, other = (dense(tmp_path / f"{seed}.gguf", seed=seed // 2) for seed in (0, 1, 2))
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()
