"""HTTP/2 as bytes, so that a client can do what no client should."""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INTERNAL_ERROR, ENHANCE_YOUR_CALM = 2, 11
TIMEOUT = 20


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def integer(value, prefix):
    most = (1 << prefix) - 1
    if value < most:
        return bytes([value])
    out, value = [most], value - most
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    return bytes(out + [value])


def literal(name, value):
    return (b"\0" + integer(len(name), 7) + name.encode() + integer(len(value), 7)
            + value.encode())


def request(path="/", method="POST", **more):
    fields = {":method": method, ":scheme": "http", ":authority": "flood", ":path": path, **more}
    return b"".join(literal(name, value) for name, value in fields.items())


GRPC = {"content-type": "application/grpc", "te": "trailers"}


def grpc(message):
    return b"\0" + struct.pack(">I", len(message)) + message


class Client:
    """A connection. Reading ends where the server closes."""

    def __init__(self, port, preface=True, window=None):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.buffer = b""
        if preface:
            settings = b"" if window is None else struct.pack(">HI", 4, window)
            self.send(PREFACE + frame(SETTINGS, 0, 0, settings))

    def send(self, data):
        """False when the server has closed."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def next(self, timeout=TIMEOUT):
        """(kind, flags, stream, payload), or None at the end."""
        self.socket.settimeout(timeout)
        while len(self.buffer) < 9 or len(self.buffer) < 9 + self.size():
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return None
            if not data:
                return None
            self.buffer += data
        size = self.size()
        kind, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
        payload = self.buffer[9:9 + size]
        self.buffer = self.buffer[9 + size:]
        return kind, flags, stream, payload

    def size(self):
        return int.from_bytes(self.buffer[:3], "big")

    def until_closed(self):
        """The code of the GOAWAY with which the server closes; None without one."""
        code = None
        while (got := self.next()) is not None:
            if got[0] == GOAWAY:
                code = struct.unpack(">I", got[3][4:8])[0]
        return code

    def until(self, kind, stream):
        """The payload of the first such frame of a stream."""
        while (got := self.next()) is not None:
            if got[0] == kind and got[2] == stream:
                return got[3]
        return None

    def close(self):
        self.socket.close()
