"""Child processes that end together with the process that started them."""

from __future__ import annotations

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """End this process as soon as its parent ends, however it ends; to be called once in a child process.

    A parent that is killed cannot end its children. The operating system closes its end of a pipe that it shares
    with each child, for which a thread of the child waits.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
