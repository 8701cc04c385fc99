"""Which injected memories an answer cites: those whose own words it repeats. A claim that can be checked by eye."""

from collections.abc import Sequence

from memos_desktop.memory.call import Decision, Form
from memos_desktop.memory.language import content_words, stem


def cited(answer: str, question: str, decisions: Sequence[Decision]) -> frozenset[str]:
    """Ids of injected memories with a content word that the answer has and the question had not."""
    asked = {stem(word) for word in content_words(question)}
    said = {stem(word) for word in content_words(answer)} - asked
    return frozenset(
        decision.recalled.id
        for decision in decisions
        if decision.form is not Form.LEFT_OUT and said & {stem(word) for word in content_words(decision.text)}
    )
