"""What the three payloads hold, and when an activation cube is out of date."""

from dataclasses import replace

import pytest
from memory_values import NOW, cube

from memos_desktop.memory.cube import ActivationPayload, BlobPayload, Cube, Descriptive, Kind, TextPayload, is_stale


def made_from(source: Cube) -> Cube:
    payload = ActivationPayload(source.text, 4096, "model", source.version)
    return Cube("a1", 1, NOW, NOW, payload, Descriptive(source.title), parents=(source.id,))


@pytest.mark.parametrize(
    ("payload", "kind", "text", "size"),
    [
        (TextPayload("größer"), Kind.PLAINTEXT, "größer", 8),
        (ActivationPayload("größer", 4096, "model", 3), Kind.ACTIVATION, "größer", 4096),
        (BlobPayload("5ha", 99, "model"), Kind.PARAMETRIC, "", 99),
    ],
)
def test_each_payload_knows_its_kind_text_and_size(payload, kind, text, size):
    made = replace(cube(), payload=payload)
    assert (made.kind, made.text, made.payload.bytes) == (kind, text, size)


def test_an_activation_cube_is_stale_once_its_source_says_something_else():
    source = cube("I live in Lisbon.")
    activation = made_from(source)
    assert not is_stale(activation, source)
    assert not is_stale(activation, replace(source, version=2, tags=("home",)))  # another version, the same text
    assert is_stale(activation, replace(source, payload=TextPayload("I live in Oslo.")))
    assert is_stale(activation, None)
