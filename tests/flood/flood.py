#!/usr/bin/env python3
"""What a client with bad intent may do to a server, one attack after the other.

    tests/flood/flood.py SERVER

Each attack must end as its function says, cost at most CPU_SECONDS_MAX of the server's time and
leave it below MEMORY_MIB_MAX; an honest client must be answered within HONEST_SECONDS_MAX.
"""

import gzip
import http.client
import os
import pathlib
import resource
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import frames  # noqa: E402
from cases import expect, run_case, totals  # noqa: E402
from frames import Client, frame, grpc, literal, request  # noqa: E402

CPU_SECONDS_MAX = 3.0
MEMORY_MIB_MAX = 192
HONEST_SECONDS_MAX = 2.0  # both share two cores with the attacker and whoever else is at work
UNARY = "/grpc.testing.TestService/UnaryCall"
STREAM = "/grpc.testing.TestService/StreamingInputCall"
MANY = 20_000


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.ticks = os.sysconf("SC_CLK_TCK")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / self.ticks

    def memory_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self):
        self.process.terminate()
        expect(self.process.wait(30) == 0, "the server to end cleanly")


class Honest(threading.Thread):
    """Asks for the page again and again, each time in a new connection."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.going, self.slowest, self.answers, self.fault = port, True, 0.0, 0, None

    def run(self):
        while self.going:
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/")
                if connection.getresponse().read() != b"AgencyGrid\n":
                    self.fault = "another page"
                connection.close()
            except OSError as fault:
                self.fault = repr(fault)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.answers += 1
            time.sleep(0.02)


def rapid_resets(port):
    """HEADERS and RST_STREAM, again and again (CVE-2023-44487): GOAWAY after about a thousand."""
    client, headers = Client(port), request(UNARY, **frames.GRPC)
    for stream in range(1, 2 * MANY, 2):
        if not client.send(frame(frames.HEADERS, frames.END_HEADERS, stream, headers)
                           + frame(frames.RST, 0, stream, struct.pack(">I", 8))):
            break
    code = client.until_closed()
    expect(code in (None, frames.INTERNAL_ERROR, frames.ENHANCE_YOUR_CALM), "GOAWAY", code)


def continuations(port):
    """A block of headers without end (CVE-2024-28182)."""
    client = Client(port)
    client.send(frame(frames.HEADERS, 0, 1, request(UNARY)))
    for _ in range(MANY):
        if not client.send(frame(frames.CONTINUATION, 0, 1, literal("x", "y"))):
            break
    client.until_closed()


def flood_of(kind, payload):
    def flood(port):
        client = Client(port)
        for _ in range(MANY // 100):
            if not client.send(frame(kind, 0, 0, payload) * 100):
                break
        code = client.until_closed()
        expect(code in (None, frames.ENHANCE_YOUR_CALM), "ENHANCE_YOUR_CALM", code)
    flood.__name__ = f"flood_of_frames_of_type_{kind}"
    return flood


def wide_settings(port):
    """More settings in a frame than there are."""
    client = Client(port)
    client.send(frame(frames.SETTINGS, 0, 0, struct.pack(">HI", 9, 1) * 40))
    client.until_closed()


def too_many_streams(port):
    """400 at once, where 128 are allowed: those above are refused or the connection is."""
    client = Client(port)
    client.send(b"".join(frame(frames.HEADERS, frames.END_HEADERS, stream,
                               request(UNARY, **frames.GRPC)) for stream in range(1, 801, 2)))
    client.send(frame(frames.PING, 0, 0, b"12345678"))
    while (got := client.next()) is not None:
        expect(got[0] != frames.HEADERS, "no answer to a request that is not whole", got)
        if got[0] in (frames.PING, frames.GOAWAY) or got[0] == frames.RST:
            break
    client.close()


def made_you_reset(port):
    """Windows that overflow, so that the server resets (CVE-2025-8671)."""
    client = Client(port)
    for stream in range(1, 2 * MANY, 2):
        if not client.send(frame(frames.HEADERS, frames.END_HEADERS, stream,
                                 request(UNARY, **frames.GRPC))
                           + frame(frames.WINDOW, 0, stream, struct.pack(">I", 0x7fffffff)) * 2):
            break
    code = client.until_closed()
    expect(code in (None, frames.ENHANCE_YOUR_CALM), "ENHANCE_YOUR_CALM", code)


def empty_data(port):
    """DATA without a byte."""
    client = Client(port)
    client.send(frame(frames.HEADERS, frames.END_HEADERS, 1, request(STREAM, **frames.GRPC)))
    for _ in range(MANY // 100):
        if not client.send(frame(frames.DATA, 0, 1) * 100):
            break
    code = client.until_closed()
    expect(code in (None, frames.ENHANCE_YOUR_CALM), "ENHANCE_YOUR_CALM", code)


def large_headers(port):
    """40 KB of headers in a block: refused, and the connection goes on."""
    client = Client(port)
    big = request("/", **{f"x-{i}": "y" * 4000 for i in range(10)})
    parts = [big[i:i + 16000] for i in range(0, len(big), 16000)]
    client.send(frame(frames.HEADERS, frames.END_STREAM, 1, parts[0])
                + frame(frames.CONTINUATION, 0, 1, parts[1])
                + frame(frames.CONTINUATION, frames.END_HEADERS, 1, parts[2])
                + frame(frames.HEADERS, frames.END_STREAM | frames.END_HEADERS, 3,
                        request("/", "GET")))
    expect(client.until(frames.DATA, 1) == b"expected less of headers\n", "to be refused")
    expect(client.until(frames.DATA, 3) == b"AgencyGrid\n", "the page all the same")
    client.close()


def headers_bomb(port):
    """A large entry of the dynamic table, named again and again: a byte each."""
    client = Client(port)
    entry = b"\x40" + frames.integer(1, 7) + b"x" + frames.integer(3000, 7) + b"y" * 3000
    client.send(frame(frames.HEADERS, frames.END_STREAM | frames.END_HEADERS, 1,
                      request("/") + entry + b"\xbe" * 12_000))
    client.until(frames.DATA, 1)
    client.close()


def long_message(port):
    """A message of 4 GiB, said to be: refused before a byte of it."""
    client = Client(port)
    client.send(frame(frames.HEADERS, frames.END_HEADERS, 1, request(UNARY, **frames.GRPC))
                + frame(frames.DATA, 0, 1, b"\0\xff\xff\xff\xff"))
    expect(client.until(frames.HEADERS, 1) is not None, "an answer at once")
    client.close()


def messages_without_end(port):
    """128 streams in each of 20 connections, each with a message that never becomes whole."""
    clients, headers = [], request(STREAM, **frames.GRPC)
    for _ in range(20):
        client = Client(port)
        for stream in range(1, 257, 2):
            client.send(frame(frames.HEADERS, frames.END_HEADERS, stream, headers)
                        + frame(frames.DATA, 0, stream, b"\0\0\x3f\xff\xff" + b"\0" * 4000))
        clients.append(client)
    time.sleep(1)
    for client in clients:
        client.close()


def bomb(port):
    """48 MiB of zeros in 48 KiB of gzip."""
    client = Client(port)
    packed = gzip.compress(b"\0" * (48 << 20))
    client.send(frame(frames.HEADERS, frames.END_HEADERS, 1,
                      request(UNARY, **frames.GRPC, **{"grpc-encoding": "gzip"})))
    body = b"\1" + struct.pack(">I", len(packed)) + packed
    for i in range(0, len(body), 16_000):
        client.send(frame(frames.DATA, 0, 1, body[i:i + 16_000]))
    expect(client.until(frames.HEADERS, 1) is not None, "an answer")
    client.close()


def empty_messages(port):
    """Half a million empty messages in one: 370 times its size if it were decoded freely."""
    client = Client(port)
    body = grpc(b"\x12\x00" * 250_000)  # response_parameters
    client.send(frame(frames.HEADERS, frames.END_HEADERS, 1,
                      request("/grpc.testing.TestService/StreamingOutputCall", **frames.GRPC)))
    for i in range(0, len(body), 16_000):
        last = i + 16_000 >= len(body)
        client.send(frame(frames.DATA, frames.END_STREAM if last else 0, 1, body[i:i + 16_000]))
    expect(client.until(frames.HEADERS, 1) is not None, "an answer")
    client.close()


def vanishing(port):
    """Clients that go in each state."""
    whole = (frames.PREFACE + frame(frames.SETTINGS, 0, 0)
             + frame(frames.HEADERS, frames.END_HEADERS, 1, request(UNARY, **frames.GRPC))
             + frame(frames.DATA, frames.END_STREAM, 1, grpc(b"\x10\xa0\x8d\x06")))
    for size in range(len(whole) + 1):
        client = Client(port, preface=False)
        client.send(whole[:size])
        client.close()
    text = (b"POST " + UNARY.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
            b"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
    for size in range(len(text) + 1):
        client = Client(port, preface=False)
        client.send(text[:size])
        client.close()


def pipelined(port):
    """20,000 requests of HTTP/1.1 in a row, and nobody reads: the server stops reading, too."""
    client = Client(port, preface=False)
    client.socket.settimeout(3)
    sent = 0
    try:
        while sent < MANY:
            client.socket.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
            sent += 100
    except OSError:
        pass
    client.close()


def silent(port):
    """Nothing is said, or half a request: closed after seconds, not minutes."""
    for first, most in ((b"", 8), (b"GET / HTTP/1.1\r\nHost: ", 8), (frames.PREFACE, 8),
                        (frames.PREFACE + frame(frames.SETTINGS, 0, 0)
                         + frame(frames.HEADERS, 0, 1, request()), 14)):
        began = time.monotonic()
        client = Client(port, preface=False)
        client.send(first)
        client.until_closed()
        took = time.monotonic() - began
        expect(took < most, f"to be closed within {most} s", took)


def dripping(port):
    """Headers that come a byte a second."""
    client = Client(port, preface=False)
    client.send(b"GET / HTTP/1.1\r\n")
    began = time.monotonic()
    while client.send(b"x") and time.monotonic() - began < 30:
        time.sleep(1)
    expect(time.monotonic() - began < 20, "to be closed within 20 s")


def slow_readers(port):
    """1,000 clients ask for a megabyte each and take none of it: what is queued is bounded by their
    answers, and after a while the server lets go."""
    ask = (frame(frames.HEADERS, frames.END_HEADERS, 1, request(UNARY, **frames.GRPC))
           + frame(frames.DATA, frames.END_STREAM, 1, grpc(b"\x10\x80\x80\x04")))  # 64 KiB
    clients = [Client(port, window=1) for _ in range(1000)]
    for client in clients:
        client.send(ask)
    began, reset = time.monotonic(), None
    while reset is None and time.monotonic() - began < 60:
        got = clients[0].next(60)
        reset = got if got is not None and got[0] == frames.RST else None
    expect(reset is not None, "the stream to be reset")
    for client in clients:
        client.close()


def slow_writers(port):
    """1,000 clients send a message a byte at a time."""
    clients = [Client(port) for _ in range(1000)]
    body = b"\0\0\0\x10\0"
    for client in clients:
        client.send(frame(frames.HEADERS, frames.END_HEADERS, 1, request(STREAM, **frames.GRPC)))
    for i in range(5):
        for client in clients:
            client.send(frame(frames.DATA, 0, 1, body[i:i + 1]))
    for client in clients:
        client.close()


def idle_connections(port):
    """10,000 of them, each with one request done."""
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(10_000)]
    ask = (frames.PREFACE + frame(frames.SETTINGS, 0, 0)
           + frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, 1, request("/", "GET")))
    for client in clients:
        client.sendall(ask)
    time.sleep(1)
    for client in clients[::100]:
        expect(len(client.recv(65536)) > 0, "an answer")
    for client in clients:
        client.close()


ATTACKS = [
    rapid_resets, continuations, wide_settings, too_many_streams, made_you_reset, empty_data,
    flood_of(frames.SETTINGS, b""), flood_of(frames.PING, b"12345678"), large_headers,
    headers_bomb, long_message, messages_without_end, bomb, empty_messages, vanishing, pipelined,
    silent, dripping, slow_writers, slow_readers, idle_connections,
]


def attack(program, case):
    """On a server of its own: what another attack took is not given back to the system at once."""
    server = Server(program)
    try:
        attack_server(server, case)
        server.stop()
    finally:
        server.process.kill()


def attack_server(server, case):
    honest, before = Honest(server.port), server.cpu_seconds()
    honest.start()
    began, peak = time.monotonic(), 0.0
    thread = threading.Thread(target=case, args=(server.port,))
    failed = []
    thread.run = lambda: failed.extend(guarded(case, server.port))
    thread.start()
    while thread.is_alive():
        peak = max(peak, server.memory_mib())
        thread.join(0.05)
    honest.going = False
    honest.join()
    cost = server.cpu_seconds() - before
    print(f"told {case.__name__}: {time.monotonic() - began:.1f} s, {cost:.2f} s of CPU, "
          f"{peak:.0f} MiB, slowest honest answer of {honest.answers} {honest.slowest:.2f} s")
    for fault in failed:
        raise fault
    expect(honest.fault is None, "the honest client to be answered", honest.fault)
    expect(honest.slowest < HONEST_SECONDS_MAX, "quick honest answers", honest.slowest)
    expect(cost < CPU_SECONDS_MAX, f"at most {CPU_SECONDS_MAX} s of CPU", cost)
    expect(peak < MEMORY_MIB_MAX, f"at most {MEMORY_MIB_MAX} MiB", peak)


def guarded(case, port):
    try:
        case(port)
        return []
    except Exception as fault:  # noqa: BLE001 - told by the main thread
        return [fault]


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    chosen = [case for case in ATTACKS if not sys.argv[2:] or case.__name__ in sys.argv[2:]]
    return totals([run_case(case.__name__, attack, sys.argv[1], case) for case in chosen])


if __name__ == "__main__":
    sys.exit(main())
