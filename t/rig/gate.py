# SPDX-License-Identifier: BSD-2-Clause
import contextlib
import os


class Gate:
    """A file that a scanner reads when it loads. While the gate is closed, the file is a pipe to which
    nobody writes, and a scanner that reads it waits."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.fresh = path.with_name(path.name + ".new")
        self.pipe = path.with_name(path.name + ".pipe")
        self.put()

    def put(self):
        self.fresh.write_text(self.text)
        self.fresh.rename(self.path)

    def close(self):
        self.pipe.unlink(missing_ok=True)
        os.mkfifo(self.pipe, 0o644)
        os.link(self.pipe, self.fresh)
        self.fresh.rename(self.path)

    def open(self):
        """Those who wait read on, and all others find a plain file."""
        self.put()
        with contextlib.suppress(OSError), open(os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK), "w") as pipe:  # OSError: nobody waits
            pipe.write(self.text)
