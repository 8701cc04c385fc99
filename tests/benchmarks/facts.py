"""Short facts: what the scheduler does with them where KV would be possible, against a program that only has text."""

from statistics import mean
from typing import Any

from benchmarks.common import Say
from benchmarks.scores import says
from benchmarks.turning import Timed, ask, greedy, middle
from memos_desktop.app.turn_events import SendRequest
from memos_desktop.app.workspace import Workspace
from memos_desktop.errors import UserError
from memos_desktop.memory.cube import Kind
from memos_desktop.memory.message import MemoryMode

ANSWER = 24
FACTS = (
    ("My bicycle is dark blue and stands in the cellar of number 14.", "What colour is my bicycle?", "blue"),
    ("My sister Ingrid moved to Ghent last spring to teach chemistry.", "Where does my sister Ingrid live?", "Ghent"),
    ("The spare key hangs behind the clock in the hallway.", "Where does the spare key hang?", "clock"),
    ("Our dog is called Biscuit and he is afraid of thunder.", "What is our dog called?", "Biscuit"),
    ("My dentist is Doctor Amara Osei in Linden Street.", "Who is my dentist?", "Osei"),
    ("The car needs its inspection before the end of October.", "When does the car need its inspection?", "October"),
    ("I am allergic to walnuts and carry an injection for it.", "What am I allergic to?", "walnuts"),
    ("The wifi at the cabin is called Heron and has no password.", "What is the wifi at the cabin called?", "Heron"),
    ("My flight to Oslo leaves from gate 27 in the morning.", "From which gate does my flight to Oslo leave?", "27"),
    ("Uncle Mateo repairs violins in a workshop near the mill.", "What does uncle Mateo repair?", "violins"),
    ("The choir rehearses on Thursday evenings in the school.", "On which day does the choir rehearse?", "Thursday"),
    ("My favourite soup is made of lentils, cumin and lemon.", "What is my favourite soup made of?", "lentils"),
)


def compare_facts(ready: Workspace, plain: Workspace, say: Say) -> dict[str, Any]:
    """Each question about a fact, which recall brings up, in a new chat of both workspaces."""
    refused = 0
    for text, _question, _word in FACTS:
        plain.library.add(text).result()
        refused += not kept_ready(ready, ready.library.add(text).result().id)
    pairs = [tuple(asked(opened, question) for opened in (ready, plain)) for _text, question, _word in FACTS]
    words = [word for _text, _question, word in FACTS]
    say(f"{len(pairs)} short facts asked for")
    forms = [decision.form.value for one, _ in pairs for decision in one.result.receipt.injected]
    return {
        "facts": len(FACTS),
        "too_short_for_kv": refused,
        "forms": {form: forms.count(form) for form in sorted(set(forms))},
        "right": {
            name: sum(says(pair[at].text, (word,)) for pair, word in zip(pairs, words, strict=True))
            for at, name in enumerate(("scheduler", "text"))
        },
        "same_answer": round(mean(one.text == other.text for one, other in pairs), 3),
        "ttft_ms": {
            "scheduler": middle(one.stats.ttft_ms for one, _ in pairs),
            "text": middle(other.stats.ttft_ms for _, other in pairs),
        },
    }


def kept_ready(opened: Workspace, id: str) -> bool:
    """Try to keep a fact ready as KV; the program refuses those that are too short for it."""
    try:
        opened.activation.migrate((id,), Kind.ACTIVATION).future.result()
    except UserError:
        return False
    return True


def asked(opened: Workspace, question: str) -> Timed:
    """A question in a temporary chat."""
    return ask(opened, SendRequest(question, temporary=True, memory=MemoryMode.READ, sampling=greedy(ANSWER)))
