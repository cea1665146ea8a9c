"""The lock of a data folder: shared by servers and periodic jobs, exclusive for key rotation, restore and upgrade."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.config import ConfigurationError

_NAME = "lock"


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Hold the shared lock; raise ConfigurationError while another process holds the exclusive one."""
    with _locked(
        folder,
        fcntl.LOCK_SH,
        "Đang đổi khóa, khôi phục hoặc nâng cấp trong thư mục này. Hãy đợi xong rồi chạy lại. / Keys are rotated, a "
        "backup restored or the book upgraded in this folder. Wait, then run it again.",
    ):
        yield


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the exclusive lock; raise ConfigurationError while another process holds any."""
    with _locked(
        folder,
        fcntl.LOCK_EX,
        "Sổ đang chạy. Hãy dừng máy chủ (và việc định kỳ) rồi chạy lại lệnh này. / The book is running. Stop the "
        "server and the timer, then run this again.",
    ):
        yield


@contextmanager
def _locked(folder: Path, operation: int, refusal: str) -> Iterator[None]:
    descriptor = os.open(folder / _NAME, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigurationError(refusal) from None
    try:
        yield
    finally:
        os.close(descriptor)
