"""Finds what must not be there: a marker in bytes, however it is written."""

import base64
import pathlib
import random
import re
import signal
import string
import time

CHUNK_SIZE, OVERLAP_SIZE = 1 << 20, 1024
UNTOUCHED = bytes(CHUNK_SIZE + OVERLAP_SIZE)


def base64_forms(marker):
    """What stands in base64 wherever the marker begins: without the digits that others share."""
    for phase in range(3):
        begin, end = -(-8 * phase // 6), 8 * (phase + len(marker)) // 6
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(phase) + marker)[begin:end]


def forms(marker):
    """Every way in which the marker may be written."""
    raw = marker.encode()
    found = {raw, raw[::-1], raw.hex().encode(), raw.hex().upper().encode(), *base64_forms(raw)}
    found |= {marker.encode(code) for code in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")}
    for each in ("\\u%04x", "\\u%04X", "%%%02x", "%%%02X", "\\x%02x", "\\%03o", "&#%d;", "&#x%x;",
                 "%02x ", "%d,", "%d, "):
        found.add("".join(each % byte for byte in raw).strip(" ,").encode())
    return sorted(found)


class Markers:
    """Texts that begin alike, so that one search finds each of them; each says whose it is."""

    def __init__(self, seed):
        chance = random.Random(seed)
        self.common = "".join(chance.choices(string.ascii_letters + string.digits, k=16))
        self.forms = forms(self.common)
        self.given = []

    def new(self, whose):
        marker = f"{self.common}-{len(self.given)}-{whose}"
        self.given.append(marker)
        return marker

    def find(self, data):
        """Some of the bytes round the first find; None: it is nowhere."""
        for form in self.forms:
            at = data.find(form)
            if at >= 0:
                return data[max(at - 48, 0):at + len(form) + 48]
        return None


def files_of(*folders):
    """Path and bytes of each file; those that are gone meanwhile are none."""
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            try:
                if path.is_file():
                    yield path, path.read_bytes()
            except FileNotFoundError:
                continue


def await_stop(process):
    until = time.monotonic() + 10
    while "\tT" not in pathlib.Path(f"/proc/{process}/status").read_text():
        if time.monotonic() > until:
            raise TimeoutError("expected the process to stand still")
        time.sleep(0.01)


def regions_of(process):
    """Begin, end and name of what a core file of the process would hold: all that it can read."""
    for line in pathlib.Path(f"/proc/{process}/maps").read_text().splitlines():
        where, may, *_, name = re.fullmatch(r"(\S+) (\S+) \S+ \S+ \S+ *(.*)", line).groups()
        if may.startswith("r") and name not in ("[vvar]", "[vsyscall]"):
            begin, end = (int(part, 16) for part in where.split("-"))
            yield begin, end, name


def memory_of(process):
    """Name and bytes of the memory of a child, which stands still meanwhile: what a core file has,
    but without one's limits and patterns."""
    with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as memory:
        process.send_signal(signal.SIGSTOP)
        try:
            await_stop(process.pid)
            for begin, end, name in regions_of(process.pid):
                for at in range(begin, end, CHUNK_SIZE):
                    memory.seek(at)
                    try:
                        data = memory.read(min(CHUNK_SIZE + OVERLAP_SIZE, end - at))
                    except OSError:
                        continue  # nothing lies there, such as behind the end of a mapped file
                    if data != UNTOUCHED[:len(data)]:
                        yield f"{name or 'memory'}@{at:x}", data
        finally:
            process.send_signal(signal.SIGCONT)
