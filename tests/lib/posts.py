"""A server that takes what is posted to it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Posts:
    """Each post goes to `take(path, type, body)`, which gives the status of the answer."""

    def __init__(self):
        posts = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(posts.take(self.path, self.headers["content-type"], body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
