"""What cannot be kept ready as KV, and why."""

from dataclasses import replace

import pytest
import tiny_models
from kept_desk import (
    HERONS,
    SURVEY,
    THIRD,
    decode,
    document,
    forms_of,
    get,
    preview,
    ready,
    rows,
    say,
    shelf,
    shelve,
)

from memos_desktop.errors import NotFoundError, UnsupportedOperationError, UserError
from memos_desktop.ids import now
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import BlobPayload, Governance, Kind, Sensitivity, TextPayload


def refused(workspace, cube, error, words):
    """Nothing comes of it."""
    before = shelf(workspace), rows(workspace)
    with pytest.raises(error, match=words):
        ready(workspace, cube)
    assert (shelf(workspace), rows(workspace)) == before


def test_a_text_that_is_longer_than_the_context(keeping):
    refused(keeping, document(keeping, SURVEY * 9), UserError, "and the context holds 2,048")


def test_a_short_note_can_be_kept_ready_and_is_read_as_text_all_the_same(keeping):
    cube = keeping.library.add("The keeper is called Agnes.").result(10)
    assert ready(keeping, cube)[0].created
    result = say(keeping, THIRD, attach=(cube.id,))
    assert (forms_of(result), result.stats.attached_tokens) == ({cube.id: Form.TEXT}, 0)


def test_what_is_in_the_bin_or_expired_or_no_text(keeping):
    binned = document(keeping)
    keeping.library.bin([binned.id]).result(10)
    refused(keeping, binned, UserError, "it is in the bin")
    expired = shelve(keeping, TextPayload(SURVEY), governance=Governance(expires=now()))
    refused(keeping, expired, UserError, "it has expired")
    blob = keeping._store.ask(lambda vault: vault.blobs.put([b"an adapter"]))
    parametric = shelve(keeping, BlobPayload(blob, 10, "1" * 64))
    refused(keeping, parametric, UserError, "holds no text")
    assert [pathway.reason for pathway in preview(keeping, binned, parametric)] == [
        "it is in the bin", "it holds no text",
    ]
    with pytest.raises(UserError, match="no activation memory"):
        decode(keeping, expired)
    with pytest.raises(NotFoundError):
        ready(keeping, replace(binned, id="nothere"))


def test_an_activation_cube_whose_source_is_in_the_bin(keeping):
    cube = document(keeping)
    [made] = ready(keeping, cube)
    keeping.library.bin([cube.id]).result(10)
    refused(keeping, get(keeping, made.id), UserError, "is gone")


def test_to_forms_that_do_not_exist(keeping):
    cube = document(keeping)
    with pytest.raises(UnsupportedOperationError, match="adapters"):
        keeping.activation.migrate([cube.id], Kind.PARAMETRIC)
    assert not preview(keeping, cube, target=Kind.PARAMETRIC)[0].possible
    assert preview(keeping, cube, target=Kind.PLAINTEXT)[0].reason == "it is text already"


@pytest.mark.parametrize("kind", ["recurrent", "hybrid"])
def test_a_model_whose_state_is_a_whole(desk, tmp_path, kind):
    desk.model = tiny_models.KINDS[kind](tmp_path / f"{kind}.gguf")
    workspace = desk.open()
    cube = document(workspace)
    refused(workspace, cube, UnsupportedOperationError, "as a whole")
    assert "keeps its state as a whole" in preview(workspace, cube)[0].reason
    result = say(workspace, THIRD, attach=(cube.id,))
    assert (forms_of(result), result.stats.attached_tokens) == ({cube.id: Form.TEXT}, 0)


def test_a_frozen_text_is_kept_ready_as_it_is(keeping):
    cube = document(keeping)
    keeping.library.freeze([cube.id], True).result(10)
    before = get(keeping, cube.id)
    [made] = ready(keeping, cube)
    assert get(keeping, cube.id) == before
    keeping.library.freeze([cube.id], False).result(10)
    keeping.library.freeze([made.id], True).result(10)
    keeping.library.revise(cube.id, text=HERONS).result(10)
    refused(keeping, cube, UserError, "is frozen")


def test_a_secret_stays_one(keeping):
    cube = shelve(keeping, TextPayload(SURVEY), governance=Governance(sensitivity=Sensitivity.SECRET))
    [made] = ready(keeping, cube)
    assert get(keeping, made.id).governance.sensitivity is Sensitivity.SECRET
