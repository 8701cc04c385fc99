"""Opens the window as `memos-desktop` does, and reports when it was painted; run by `start` as a process."""

import json
import os
import sys
import time

BEGAN = float(os.environ["MEMOS_BENCH_BEGAN"])
INTERPRETER = time.time()
HEAVY = sys.argv[1].split(",")
found: dict[str, object] = {}


def main() -> int:
    """Run the window until it is painted and its data folder is open."""
    import psutil
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    from memos_desktop.ui import application

    imported = time.time()

    class Watch(QObject):
        """Waits for the first paint of the main window."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            """Note the first paint; end the program a little later, when idle."""
            if not found and event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
                found.update(
                    window_ms=(time.time() - BEGAN) * 1000,
                    interpreter_ms=(INTERPRETER - BEGAN) * 1000,
                    imports_ms=(imported - INTERPRETER) * 1000,
                    modules=len(sys.modules),
                    heavy=[name for name in HEAVY if name in sys.modules],
                )
                QTimer.singleShot(1500, self.end)
            return False

        def end(self) -> None:
            """Measure the memory of the idle window, and close it."""
            found["memory_mb"] = psutil.Process().memory_info().rss / 1e6
            QApplication.closeAllWindows()
            QApplication.quit()

    app = QApplication([sys.argv[0]])
    watch = Watch()
    app.installEventFilter(watch)
    status = application.main(sys.argv[2:])
    sys.stdout.write(json.dumps(found) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
