"""Text to token ids and back, with the guard that no text a person wrote becomes a special token."""

import ctypes
import re
from collections.abc import Iterable, Sequence
from typing import Any

from memos_desktop.engine.llamacpp.library import Library
from memos_desktop.engine.llamacpp.template import PartKind
from memos_desktop.errors import ModelError


class Tokens:
    """The vocabulary of a loaded model.

    Attributes:
        size: how many tokens there are.
        bos, eos: the texts of the begin and end tokens, for the chat template.

    """

    def __init__(self, library: Library, model: Any) -> None:
        self._api = library.api
        self._vocab = self._api.llama_model_get_vocab(model)
        self.size: int = self._api.llama_vocab_n_tokens(self._vocab)
        self._bos_id: int = self._api.llama_vocab_bos(self._vocab)
        self._adds_bos: bool = self._api.llama_vocab_get_add_bos(self._vocab)
        self._sentencepiece = self._api.llama_vocab_type(self._vocab) == self._api.LLAMA_VOCAB_TYPE_SPM
        self._piece_buffer = ctypes.create_string_buffer(256)
        self.bos = self._name(self._bos_id)
        self.eos = self._name(self._api.llama_vocab_eos(self._vocab))
        self._special = self._control_tokens()
        longest_first = sorted(self._special, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def encode(self, text: str) -> list[int]:
        """The ids of plain text; a special token's name in it is only letters. Empty text has none."""
        data = text.encode("utf-8", "replace")  # a lone surrogate has no UTF-8
        if not data:
            return []
        room = len(data) + 8  # a token has at least one byte; some vocabularies add a space before
        ids = (ctypes.c_int32 * room)()
        # The length is given, so that a NUL character does not end the text.
        count = self._api.llama_tokenize(self._vocab, data, len(data), ids, room, False, False)
        if count < 0:
            raise ModelError("The model's tokenizer refused a text.", "Choose another model.")
        return ids[:count]

    def encode_prompt(self, parts: Iterable[tuple[str, PartKind]]) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
        """The ids of a prompt made of (text, kind) parts, with the begin token if the model wants it.

        Only template parts are searched for special tokens. What lies between two of them, template and
        text together, is tokenised in one go, so the ids of ordinary text are the same as if the whole
        prompt had been tokenised at once with special tokens allowed. A block is tokenised by itself, so that its
        ids are the same wherever it stands; the second value has start and end of each.
        """
        ids: list[int] = []
        blocks: list[tuple[int, int]] = []
        plain = ""
        strip = False
        for text, kind in parts:
            if kind is PartKind.BLOCK:
                ids += self.encode(plain)
                blocks.append((len(ids), len(ids) + len(block := self.encode(text))))
                ids += block
                plain, strip = "", False
                continue
            for piece, special in self._split(text) if kind is PartKind.TEMPLATE else [(text, None)]:
                if special is None:
                    plain += piece.lstrip() if strip and not plain else piece
                    continue
                left, strip = self._strips(special)
                ids += self.encode(plain.rstrip() if left else plain)
                ids.append(special)
                plain = ""
        ids += self.encode(plain)
        if self._adds_bos and ids[:1] != [self._bos_id]:
            ids.insert(0, self._bos_id)
            blocks = [(start + 1, end + 1) for start, end in blocks]
        return tuple(ids), blocks

    def piece(self, token: int, first: bool = False) -> bytes:
        """The bytes of a token, possibly a part of a character; none for special tokens.

        SentencePiece vocabularies put a space before the first word; `first` leaves it out.
        """
        lstrip = 1 if first and self._sentencepiece else 0
        buffer = self._piece_buffer
        count = self._api.llama_token_to_piece(self._vocab, token, buffer, len(buffer), lstrip, False)
        if count < 0:
            self._piece_buffer = ctypes.create_string_buffer(-count)
            return self.piece(token, first)
        return buffer.raw[:count]

    def text(self, ids: Sequence[int]) -> str:
        """The text of several tokens; special tokens have none."""
        return b"".join(map(self.piece, ids)).decode("utf-8", "replace")

    def ends(self, token: int) -> bool:
        """Whether the model ends its answer with this token."""
        return bool(self._api.llama_vocab_is_eog(self._vocab, token))

    def _split(self, template: str) -> Iterable[tuple[str, int | None]]:
        at = 0
        for match in self._pattern.finditer(template):
            yield template[at : match.start()], None
            yield "", self._special[match.group()]
            at = match.end()
        yield template[at:], None

    def _strips(self, token: int) -> tuple[bool, bool]:
        """Whether a special token swallows the white space before and after it."""
        attributes = self._api.llama_vocab_get_attr(self._vocab, token)
        left, right = self._api.LLAMA_TOKEN_ATTR_LSTRIP, self._api.LLAMA_TOKEN_ATTR_RSTRIP
        return bool(attributes & left), bool(attributes & right)

    def _control_tokens(self) -> dict[str, int]:
        attribute, vocab = self._api.llama_vocab_get_attr, self._vocab
        wanted = self._api.LLAMA_TOKEN_ATTR_CONTROL | self._api.LLAMA_TOKEN_ATTR_UNKNOWN
        special = (token for token in range(self.size) if attribute(vocab, token) & wanted)
        return {name: token for token in special if (name := self._name(token))}

    def _name(self, token: int) -> str:
        if token < 0:
            return ""
        name: bytes = self._api.llama_vocab_get_text(self._vocab, token) or b""
        return name.decode("utf-8", "replace")
