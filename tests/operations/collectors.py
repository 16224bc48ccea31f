"""Who takes spans: a receiver that holds them against the schema of OTLP, and the Collector."""

import base64
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cases import Fault, expect  # noqa: E402
from posts import Posts  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SECONDS_MAX = 15


def as_protobuf_json(node):
    """OTLP writes ids in hexadecimal digits and enums as numbers only; protobuf's JSON has base64,
    and takes names, too."""
    if isinstance(node, list):
        return [as_protobuf_json(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for name, value in node.items():
        if name in ("traceId", "spanId", "parentSpanId"):
            value = base64.b64encode(bytes.fromhex(value)).decode()
        elif name in ("kind", "code") and not isinstance(value, int):
            raise ValueError(f"{name} is no number: {value}")
        found[name] = as_protobuf_json(value)
    return found


class Span:
    def __init__(self, resource, span):
        self.resource = {one.key: one.value.string_value for one in resource.attributes}
        self.trace, self.id, self.parent = (part.hex() for part in (
            span.trace_id, span.span_id, span.parent_span_id))
        self.name, self.kind, self.status = span.name, span.kind, span.status
        self.took = span.end_time_unix_nano - span.start_time_unix_nano
        self.began = span.start_time_unix_nano
        self.attributes = {one.key: one.value.string_value or one.value.int_value
                           for one in span.attributes}


class Receiver(Posts):
    """Refuses what is not as the schema says; keeps the spans. The first `fails` posts get 503."""

    def __init__(self, fails=0):
        self.spans, self.wrong, self.posts, self.fails = [], [], 0, fails
        super().__init__()

    def take(self, path, kind, body):
        self.posts += 1
        if self.posts <= self.fails:
            return 503
        try:
            expect((path, kind) == ("/v1/traces", "application/json"), "spans in JSON", path)
            request = json_format.ParseDict(as_protobuf_json(json.loads(body)),
                                            trace_service_pb2.ExportTraceServiceRequest())
        except (ValueError, json_format.ParseError, Fault) as wrong:
            self.wrong.append(repr(wrong))
            return 400
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans += [Span(resource.resource, span) for span in scope.spans]
        return 200

    def wait(self, name, trace):
        until = time.monotonic() + SECONDS_MAX
        while time.monotonic() < until and not self.wrong:
            for span in list(self.spans):
                if span.name == name and span.trace == trace:
                    return span
            time.sleep(0.05)
        raise Fault(f"expected a span {name} of {trace}, but there are "
                    f"{[(span.name, span.trace) for span in self.spans]} {self.wrong}")


class Collector:
    """The OpenTelemetry Collector, with what it printed."""

    def __init__(self, program, log):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url, self.log = f"http://127.0.0.1:{port}", log
        self.process = subprocess.Popen(
            [program, "--config", HERE / "collector.yaml"], stderr=log.open("w"),
            env={**os.environ, "OTLP_PORT": str(port)})
        self.wait(r"Everything is ready")

    def wait(self, what):
        until = time.monotonic() + 4 * SECONDS_MAX
        while time.monotonic() < until:
            if re.search(what, self.log.read_text(), re.S):
                return
            time.sleep(0.1)
        raise Fault(f"expected the collector to say {what}: {self.log.read_text()[-2000:]}")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)
