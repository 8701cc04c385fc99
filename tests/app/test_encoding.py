"""Migration to activation memory and back: one cube of cells for each text, and the exact text again."""

import threading
from dataclasses import replace

import pytest
import tiny_models
from kept_desk import (
    HERONS,
    SURVEY,
    THIRD,
    decode,
    document,
    files,
    forms,
    forms_of,
    get,
    grown_older,
    owned,
    preview,
    ready,
    reason_of,
    rows,
    say,
    shelf,
    shelve,
    tidied,
)

from memos_desktop.app.turn_events import SendRequest
from memos_desktop.engine.llamacpp.engine import LlamaCppEngine
from memos_desktop.errors import Cancelled, NotFoundError, UserError
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import (
    ActivationPayload,
    Kind,
    Origin,
    TextPayload,
)
from memos_desktop.memory.forms import Readiness


def test_what_it_would_cost_is_said_before(keeping):
    cube = document(keeping)
    [pathway] = preview(keeping, cube)
    assert (pathway.source, pathway.target, pathway.possible) == (Kind.PLAINTEXT, Kind.ACTIVATION, True)
    assert (pathway.tokens, pathway.bytes, pathway.seconds) == (len(SURVEY) // 4, 0, 0)
    assert "differ a little" in pathway.lost[0]
    assert keeping.models.state.status == "none", "a preview loads no model"
    say(keeping, "Words enough to see how fast this model reads. " * 4)
    [known] = preview(keeping, cube)
    assert known.bytes > known.tokens
    assert known.seconds > 0
    assert (len(shelf(keeping)), keeping.library.journal().result(10)[-1].actor) == (1, "user")


def test_it_says_where_the_model_reads_attached_states_badly(desk):
    desk.trust(kl=2.0)
    keeping = desk.open()
    cube = document(keeping)
    [made] = ready(keeping, cube)
    assert "read KV states badly" in made.lost[0]
    assert "measured to read KV states badly" in reason_of(say(keeping, attach=(cube.id,)), cube.id)


def test_one_activation_cube_with_its_lineage(keeping):
    cube = document(keeping)
    told = []
    keeping.events.subscribe(told.append)
    [made] = ready(keeping, cube)
    assert (made.source_id, made.title, made.pathway, made.created) == (
        cube.id, cube.title, "plaintext→activation", True,
    )
    activation = get(keeping, made.id)
    assert (activation.kind, activation.parents, activation.text) == (Kind.ACTIVATION, (cube.id,), SURVEY)
    assert (activation.descriptive.origin, activation.title) == (Origin.MIGRATED, cube.title)
    assert activation.payload == ActivationPayload(SURVEY, made.bytes, keeping.models.state.info.sha256, 1)
    [row] = owned(keeping, made.id)
    assert (row.tier, row.title, row.usable) == ("block", cube.title, True)
    assert (row.tokens, row.bytes) == (made.tokens, made.bytes)
    assert keeping.library.details(cube.id).result(10).children == (activation,)
    assert keeping.library.undo_labels().result(10)[0] == "Keep “The survey” ready as KV"
    assert any(made.id in changes.cubes for changes in told)
    assert any(changes.states for changes in told)
    [again] = ready(keeping, cube)
    assert (again.id, again.created, again.tokens) == (made.id, False, made.tokens)
    assert len(shelf(keeping, kind=Kind.ACTIVATION)) == len(rows(keeping)) == 1
    assert preview(keeping, cube)[0].reason == "it is ready as KV already"


def test_several_at_once_and_each_once(keeping):
    one, two = document(keeping), document(keeping, HERONS, "Herons")
    made = ready(keeping, one, two, one)
    assert [each.source_id for each in made] == [one.id, two.id]
    assert {form.readiness for cube in (one, two) for form in forms(keeping, cube)} == {Readiness.READY}


def test_an_edited_source_makes_it_stale_and_encoding_again_revises(keeping):
    cube = document(keeping)
    [made] = ready(keeping, cube)
    keeping.library.revise(cube.id, text=SURVEY + " A seal was seen.").result(10)
    for either in (cube, get(keeping, made.id)):
        [form] = forms(keeping, either)
        assert (form.readiness, form.reason) == (Readiness.STALE, "its text was edited since")
        result = say(keeping, THIRD, attach=(either.id,))
        assert forms_of(result) == {either.id: Form.TEXT}
        assert "edited since it was kept as KV" in reason_of(result, either.id)
        assert result.receipt.injected[0].text.endswith("A seal was seen.")
    [again] = ready(keeping, get(keeping, made.id))  # the activation cube stands for its source
    assert (again.id, again.source_id, again.created) == (made.id, cube.id, True)
    activation = get(keeping, made.id)
    assert (activation.version, activation.text, activation.payload.source_version) == (
        2, SURVEY + " A seal was seen.", 2,
    )
    assert [form.readiness for form in forms(keeping, cube)] == [Readiness.READY, Readiness.STALE]
    assert forms_of(say(keeping, THIRD, attach=(cube.id,))) == {cube.id: Form.KV}


def test_another_title_is_another_text_to_the_model(keeping):
    cube = document(keeping)
    ready(keeping, cube)
    keeping.library.revise(cube.id, title="The count").result(10)
    assert [form.readiness for form in forms(keeping, cube)] == [Readiness.STALE]
    assert ready(keeping, cube)[0].created


def test_a_second_model_adds_a_state_to_the_same_cube(keeping, desk, tmp_path):
    cube = document(keeping)
    [made] = ready(keeping, cube)
    keeping.models.use(str(tiny_models.qwen2(tmp_path / "other.gguf"))).future.result(30)
    assert [form.readiness for form in forms(keeping, cube)] == [Readiness.OTHER_MODEL]
    assert preview(keeping, cube)[0].possible
    [other] = ready(keeping, cube)
    assert (other.id, other.created) == (made.id, True)
    activation = get(keeping, made.id)
    assert activation.version == 1
    assert [(form.model, form.readiness) for form in forms(keeping, cube)] == [
        ("other", Readiness.READY), ("tiny", Readiness.OTHER_MODEL),
    ]
    assert "another model file" in forms(keeping, cube)[1].reason
    assert [form.model for form in forms(desk.open(), cube)] == ["other", "tiny"]


@pytest.mark.parametrize(
    "text",
    [
        "Grüße 🌊 — naïve ½ 字 " * 9,
        "\n\n  two\n\n\tlines " * 20 + " \n  ",
        "a\u0301 e\u0301\u200d\u00a0\u2028x " * 20,
    ],
)
def test_the_exact_text_comes_back(keeping, text):
    cube = shelve(keeping, TextPayload(text))
    [made] = ready(keeping, cube)
    given = decode(keeping, get(keeping, made.id))
    assert (given.source_id, given.id, given.created) == (made.id, cube.id, False)
    assert (given.pathway, given.bytes) == ("activation→plaintext", len(text.encode()))
    keeping.library.revise(cube.id, text="Something else.").result(10)
    other = decode(keeping, get(keeping, made.id))
    assert (other.created, get(keeping, other.id).text) == (True, text)
    assert (get(keeping, other.id).parents, get(keeping, other.id).kind) == ((made.id,), Kind.PLAINTEXT)
    keeping.library.undo().result(10)
    with pytest.raises(NotFoundError):
        get(keeping, other.id)


def test_a_long_text_comes_back_without_any_state(keeping):
    text = "".join(f"Line {number} of it. \n" for number in range(6_000))
    source = shelve(keeping, TextPayload("Not this."))
    activation = shelve(keeping, ActivationPayload(text, 0, "0" * 64, 1), parents=(source.id,))
    assert len(text) > 100_000
    assert get(keeping, decode(keeping, activation).id).text == text
    assert preview(keeping, activation, target=Kind.PLAINTEXT)[0].bytes == len(text)


def test_a_text_comes_back_from_the_bin_and_not_from_beyond(keeping, monkeypatch):
    cube = document(keeping)
    [made] = ready(keeping, cube)
    keeping.library.bin([cube.id]).result(10)
    given = decode(keeping, get(keeping, made.id))
    assert (given.created, get(keeping, given.id).text) == (True, SURVEY)
    grown_older(monkeypatch)
    tidied(keeping)
    with pytest.raises(NotFoundError):
        decode(keeping, replace(cube, id=made.id))
    assert get(keeping, given.id).text == SURVEY


def test_keeping_ready_can_be_undone_and_made_again(keeping):
    cube = document(keeping)
    [made] = ready(keeping, cube)
    keeping.library.undo().result(10)
    assert (forms(keeping, cube), len(shelf(keeping))) == ((), 1)
    assert forms_of(say(keeping, THIRD, attach=(cube.id,), temporary=True)) == {cube.id: Form.TEXT}
    keeping.library.redo().result(10)
    assert [form.readiness for form in forms(keeping, cube)] == [Readiness.READY]
    assert forms_of(say(keeping, THIRD, attach=(cube.id,), temporary=True)) == {cube.id: Form.KV}
    keeping.library.undo().result(10)
    tidied(keeping)
    assert owned(keeping, made.id) == []
    keeping.library.redo().result(10)
    assert forms_of(say(keeping, THIRD, attach=(cube.id,), temporary=True)) == {cube.id: Form.TEXT}
    [again] = ready(keeping, cube)
    assert (again.id, again.created) == (made.id, True)


# What comes in between


@pytest.fixture
def encoding(monkeypatch):
    """Set while a text is encoded for the first time, which then waits until it is told to stop."""
    begun, encode = threading.Event(), LlamaCppEngine.encode_block

    def slow(engine, lead, text, owner, title, progress):
        if not begun.is_set():
            stopped = threading.Event()
            progress.on_cancel(stopped.set)
            begun.set()
            assert stopped.wait(30), "nobody stopped it"
        return encode(engine, lead, text, owner, title, progress)

    monkeypatch.setattr(LlamaCppEngine, "encode_block", slow)
    return begun


@pytest.fixture
def meanwhile(monkeypatch):
    """Things to do right after a text was read and before it is kept."""
    things, encode = [], LlamaCppEngine.encode_block

    def watched(*arguments):
        snapshot = encode(*arguments)
        for thing in things:
            thing()
        return snapshot

    monkeypatch.setattr(LlamaCppEngine, "encode_block", watched)
    return things


def test_cancelled_it_leaves_nothing(keeping, encoding):
    cube = document(keeping)
    job = keeping.activation.migrate([cube.id], Kind.ACTIVATION)
    assert encoding.wait(30)
    job.cancel()
    with pytest.raises(Cancelled):
        job.future.result(30)
    assert (forms(keeping, cube), files(keeping.folder), len(shelf(keeping))) == ((), [], 1)
    assert ready(keeping, cube)[0].created


def test_it_gives_way_to_a_chat_and_goes_on(keeping, encoding):
    cube = document(keeping)
    job = keeping.activation.migrate([cube.id], Kind.ACTIVATION)
    assert encoding.wait(30)
    result = keeping.turns.send(SendRequest(THIRD)).future.result(30)
    assert result.answer.text
    assert job.future.result(30)[0].created
    assert [form.readiness for form in forms(keeping, cube)] == [Readiness.READY]


def test_closing_ends_it(desk, encoding):
    desk.trust()
    workspace = desk.open()
    cube = document(workspace)
    job = workspace.activation.migrate([cube.id], Kind.ACTIVATION)
    assert encoding.wait(30)
    workspace.close()
    with pytest.raises((Cancelled, UserError)):
        job.future.result(0)
    assert forms(desk.open(), cube) == ()


def test_a_text_that_is_edited_while_it_is_read(keeping, meanwhile):
    cube = document(keeping)
    meanwhile.append(lambda: keeping.library.revise(cube.id, text=HERONS).result(10))
    with pytest.raises(UserError, match="was edited while it was read"):
        ready(keeping, cube)
    assert (forms(keeping, cube), files(keeping.folder), len(shelf(keeping))) == ((), [], 1)
    meanwhile.clear()
    assert ready(keeping, cube)[0].created


def test_a_text_that_is_deleted_while_it_is_read(keeping, meanwhile):
    cube = document(keeping)
    meanwhile.append(lambda: keeping.library.bin([cube.id]).result(10))
    with pytest.raises(UserError, match="in the bin"):
        ready(keeping, cube)
    assert (files(keeping.folder), shelf(keeping)) == ([], ())
