"""Questions, file dialogs and messages, in one replaceable object: tests answer them without a dialog.

Nothing here blocks: a dialog is opened, and the given function is called when the person has answered.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QLineEdit, QMessageBox, QWidget

OPENABLE = frozenset({"http", "https", "mailto"})


class Prompter(QObject):
    """Asks the person, with window-modal dialogs."""

    def confirm(
        self,
        parent: QWidget,
        title: str,
        text: str,
        accept: str,
        then: Callable[[], None],
        danger: bool = False,
    ) -> None:
        """Ask before something final. `accept` is the verb on the button; `then` runs on yes."""
        box = QMessageBox(parent)
        box.setIcon(QMessageBox.Icon.Warning if danger else QMessageBox.Icon.Question)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(title)
        box.setInformativeText(text)
        yes = box.addButton(accept, QMessageBox.ButtonRole.AcceptRole)
        yes.setProperty("look", "danger" if danger else "primary")
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(lambda button: then() if button is yes else None)
        self._open(box)

    def message(self, parent: QWidget, title: str, text: str, detail: str = "") -> None:
        """Say something that must be read; `detail` is folded away."""
        box = QMessageBox(parent)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(title)
        box.setInformativeText(text)
        box.setDetailedText(detail)
        self._open(box)

    def ask_text(
        self, parent: QWidget, title: str, label: str, value: str, then: Callable[[str], None], empty: bool = False
    ) -> None:
        """Ask for one line of text; `then` gets it when it was not cancelled, and nothing at all only where `empty`."""
        dialog = QInputDialog(parent)
        dialog.setInputMode(QInputDialog.InputMode.TextInput)
        dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(value)
        dialog.setMinimumWidth(400)
        dialog.textValueSelected.connect(lambda text: then(text.strip()) if text.strip() or empty else None)
        self._open(dialog)

    def open_file(self, parent: QWidget, title: str, filters: Sequence[str], then: Callable[[Path], None]) -> None:
        """Ask for an existing file; `filters` like "Models (*.gguf)"."""
        dialog = QFileDialog(parent, title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(list(filters))
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        self._open(dialog)

    def save_file(
        self,
        parent: QWidget,
        title: str,
        suggested: str,
        filters: Sequence[str],
        then: Callable[[Path], None],
        suffix: str = "",
    ) -> None:
        """Ask where to write a file; the dialog itself asks before replacing one.

        A name without any suffix gets `suffix`, before it is looked whether there is such a file.
        """
        dialog = QFileDialog(parent, title)
        dialog.setDefaultSuffix(suffix)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(filters))
        dialog.selectFile(suggested)
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        self._open(dialog)

    def open_folder(self, parent: QWidget, title: str, then: Callable[[Path], None]) -> None:
        """Ask for a folder."""
        dialog = QFileDialog(parent, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        self._open(dialog)

    def open_link(self, parent: QWidget, address: str) -> None:
        """Show the address; open it in the browser only when the person agrees: it leaves the computer."""
        url = QUrl(address)
        if url.scheme().lower() not in OPENABLE:
            self.message(parent, "This link is not opened", f"Only web and mail addresses are opened:\n{address[:500]}")
            return
        text = f"Check the address first, a model may have written it:\n\n{address[:500]}"
        self.confirm(parent, "Open this link?", text, "Open in browser", lambda: self.browse(url))

    def browse(self, url: QUrl) -> None:
        """Hand an address or a local folder to the desktop."""
        QDesktopServices.openUrl(url)

    def copy(self, text: str) -> None:
        """Put text on the clipboard."""
        QGuiApplication.clipboard().setText(text)

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.open()
