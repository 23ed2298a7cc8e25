# SPDX-License-Identifier: BSD-2-Clause
"""The Test Anything Protocol, as prove reads it."""

import re
import sys
import traceback

_count = 0
_failed = 0


def ok(passed, what):
    global _count, _failed
    _count += 1
    _failed += not passed
    print(f"{'ok' if passed else 'not ok'} {_count} - {what}".replace("\n", " "), flush=True)


def like(text, pattern, what=None):
    found = re.search(pattern, text) is not None
    ok(found, what or pattern)
    if not found:
        print(f"# {text!r}\n# does not match {pattern!r}", flush=True)


def run(test, *arguments):
    """An exception fails this test and lets the next one run."""
    print(f"# {test.__name__}", flush=True)
    try:
        test(*arguments)
    except Exception:  # pylint: disable=broad-except
        ok(False, f"{test.__name__} ended with an exception")
        print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)


def done():
    print(f"1..{_count}", flush=True)
    sys.exit(1 if _failed else 0)
