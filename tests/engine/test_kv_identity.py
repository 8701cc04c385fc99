"""A kept state is used again only under the very same identity, and the differences have words."""

import json
from dataclasses import fields, replace

import pytest
from kv_values import IDENTITY

from memos_desktop.engine.kv import identity as module
from memos_desktop.engine.kv.identity import Identity

OTHERS = {
    "model_sha256": "bb" * 32,
    "library": "llama.cpp b2",
    "adapters": "poet:0.5",
    "kv_type": "q8_0",
    "flash_attention": True,
    "rope": "10000",
    "layout": "6x3x32",
    "device": "CUDA",
}
WORDS = {
    "model_sha256": "another model file",
    "library": "llama.cpp b2 instead of b1",
    "adapters": "other adapters",
    "kv_type": "another type of keys and values (q8_0 instead of f16)",
    "flash_attention": "flash attention",
    "rope": "other settings of positions",
    "layout": "another layout of the cache",
    "device": "another device (CUDA instead of CPU)",
}


def test_every_field_has_its_case():
    assert OTHERS.keys() == WORDS.keys() == {field.name for field in fields(Identity)}


@pytest.mark.parametrize("name", OTHERS)
def test_each_field_makes_another_digest_and_has_words(name):
    other = replace(IDENTITY, **{name: OTHERS[name]})
    assert other.digest != IDENTITY.digest
    assert other.differences(IDENTITY) == (WORDS[name],)


def test_equal_identities_have_one_digest_and_no_differences():
    assert replace(IDENTITY).digest == IDENTITY.digest
    assert IDENTITY.differences(replace(IDENTITY)) == ()


def test_the_digest_is_the_same_in_every_process():
    assert IDENTITY.digest == "ea2651fc4b0d9c81388d687409fb557060ba1960627ff5566393dd758f28d78c"


def test_another_format_makes_another_digest(monkeypatch):
    before = replace(IDENTITY).digest
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)
    assert replace(IDENTITY).digest != before


def test_all_differences_are_told_in_order():
    other = replace(IDENTITY, **OTHERS)
    assert other.differences(IDENTITY) == tuple(WORDS.values())
    assert IDENTITY.differences(other)[4] == "no flash attention"


def test_the_library_is_named_in_full_where_it_is_another_one():
    other = replace(IDENTITY, library="mlx 0.30")
    assert other.differences(IDENTITY) == ("mlx 0.30 instead of llama.cpp b1",)
    assert replace(IDENTITY, library="b7").differences(replace(IDENTITY, library="b8")) == ("b7 instead of b8",)


def test_json_and_back():
    assert Identity.from_json(json.loads(json.dumps(IDENTITY.to_json()))) == IDENTITY


@pytest.mark.parametrize("name", OTHERS)
def test_json_without_a_field_or_with_a_wrong_type_is_refused(name):
    values = IDENTITY.to_json()
    with pytest.raises(ValueError, match="fields"):
        Identity.from_json({key: value for key, value in values.items() if key != name})
    with pytest.raises(ValueError, match=name):
        Identity.from_json({**values, name: 1})


def test_json_with_an_unknown_field_is_refused():
    with pytest.raises(ValueError, match="fields"):
        Identity.from_json({**IDENTITY.to_json(), "colour": "blue"})
