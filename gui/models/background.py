"""Work that must not hold up the window: one thread, jobs in order, answers delivered in the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.errors import VoxveilError


class Background(QObject):
    """Runs jobs one after the other; a second instance runs beside the first."""

    _answered = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._answered.connect(lambda answer, value: answer(value))

    def run(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[str], None] | None = None,
    ) -> None:
        """Run `job`; then `done(result)` or `failed(one line of text)` in the window's thread."""

        def work() -> None:
            try:
                result = job()
            except (VoxveilError, OSError) as error:
                if failed is not None:
                    self._answered.emit(failed, str(error))
            except Exception as error:  # a fault of ours must reach the user as words, not vanish in a thread
                if failed is not None:
                    self._answered.emit(failed, f"{type(error).__name__}: {error}")
            else:
                if done is not None:
                    self._answered.emit(done, result)

        self._pool.submit(work)

    def close(self, wait: bool = True) -> None:
        """With `wait`, let all jobs end; without, drop what has not begun and do not look back."""
        self._pool.shutdown(wait=wait, cancel_futures=not wait)
