"""Times as JSON has them, near now."""

import datetime
import time


def moment(seconds):
    """A time so many seconds from now, as JSON has it."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wait_for(moment_text):
    at = datetime.datetime.fromisoformat(moment_text.replace("Z", "+00:00"))
    time.sleep(max(0, at.timestamp() - time.time()) + 0.05)
