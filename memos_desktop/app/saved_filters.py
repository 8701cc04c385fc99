"""Filters with a name: some that everybody needs, and those that a person keeps. They are settings, not memories."""

from dataclasses import replace

from memos_desktop.app.settings import SavedFilter, SettingsStore
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.filter import parse, render
from memos_desktop.texts import one_line

BUILT_IN = (
    SavedFilter("Pinned", "is:pinned"),
    SavedFilter("Waiting for your word", "is:proposed"),
    SavedFilter("Not used for 90 days", "-used:<90d created:>90d"),
    SavedFilter("Expiring soon", "is:expiring"),
    SavedFilter("Out of date", "is:stale"),
)
LONGEST_NAME = 60
MOST = 100


class SavedFilters:
    """The filters that a person has named, by name. Names are told apart without regard to case."""

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings

    def built_in(self) -> tuple[SavedFilter, ...]:
        """Those that are always there."""
        return BUILT_IN

    def own(self) -> tuple[SavedFilter, ...]:
        """Those that the person has kept, in the order of their names."""
        return self._settings.value.saved_filters

    def find(self, name: str) -> SavedFilter:
        """The filter of this name, of the person's or of those that are always there. Raises NotFoundError."""
        found = next((one for one in (*self.own(), *BUILT_IN) if _same(one.name, name)), None)
        if found is None:
            raise NotFoundError(f"There is no saved filter “{name}”.", "List the saved filters to see their names.")
        return found

    def save(self, name: str, text: str) -> SavedFilter:
        """Keep a filter under a name, in place of the one that had it.

        Raises UserError for a name that is empty or belongs to a filter that is always there, FilterError for a text
        that is no filter.
        """
        made = SavedFilter(self._free(name), render(parse(text)))
        if not made.text:
            raise UserError("This filter shows every memory, so it was not saved.", "Type or choose something first.")
        others = [one for one in self.own() if not _same(one.name, made.name)]
        if len(others) >= MOST:
            raise UserError(f"There are {MOST} saved filters already, so this one was not saved.", "Delete one first.")
        self._write([*others, made])
        return made

    def rename(self, name: str, new_name: str) -> SavedFilter:
        """Give a filter another name. Raises UserError where another one has that name, or none has the old one."""
        old = self._named(name)
        made = replace(old, name=self._free(new_name))
        others = [one for one in self.own() if one != old]
        if any(_same(one.name, made.name) for one in others):
            message = f"There is a saved filter “{made.name}” already. Nothing was changed."
            raise UserError(message, "Choose another name.")
        self._write([*others, made])
        return made

    def delete(self, name: str) -> SavedFilter:
        """Forget a filter; gives what it was. No memory is touched. Raises UserError where there is none."""
        old = self._named(name)
        self._write([one for one in self.own() if one != old])
        return old

    def _named(self, name: str) -> SavedFilter:
        found = next((one for one in self.own() if _same(one.name, name)), None)
        if found is None:
            raise UserError(f"There is no saved filter “{name}” of yours. Nothing was changed.")
        return found

    def _free(self, name: str) -> str:
        said = one_line(name)[:LONGEST_NAME].strip()
        if not said:
            raise UserError("A saved filter needs a name. Nothing was saved.")
        if any(_same(one.name, said) for one in BUILT_IN):
            raise UserError(f"“{said}” is always there. Nothing was saved.", "Choose another name.")
        return said

    def _write(self, filters: list[SavedFilter]) -> None:
        ordered = sorted(filters, key=lambda one: one.name.casefold())
        self._settings.change(saved_filters=tuple(ordered))


def _same(first: str, second: str) -> bool:
    return first.casefold() == second.casefold()
