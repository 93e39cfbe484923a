"""Relays between hypercare and a gateway: they count what would change it, and can hold a request
back at a moment of the test's choice. Standard library only."""

import http.client
import http.server
import threading

HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


class Request:
    """One request, as it came over the wire."""

    def __init__(self, method, path, body):
        self.method, self.path, self.body = method, path, body

    def changes(self):
        return self.method not in ("GET", "HEAD")

    def __eq__(self, other):
        return (self.method, self.path, self.body) == (other.method, other.path, other.body)

    def __repr__(self):
        return f"{self.method} {self.path} {self.body!r}"


class Relay:
    """Stands before the gateway of that port. came(request) is called with each request before a
    byte of it goes on, went(request) after the gateway has answered and before the answer goes back.
    Where one of them returns True, the connection ends there. What was let through is counted."""

    def __init__(self, port, came=None, went=None):
        self.changes, self.passed, self.lock = [], 0, threading.Lock()
        self.port = port
        self.came, self.went = came or (lambda request: False), went or (lambda request: False)
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def pass_on(self):
                relay.serve(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *args: None  # a client that was killed is no error
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        request = Request(handler.command, handler.path, body.decode("utf-8", "replace"))
        if request.changes():
            with self.lock:
                self.changes.append(request)
        keep, handler.close_connection = not handler.close_connection, True
        if self.came(request):
            return
        status, headers, answer = self.ask(handler, body)
        if request.changes():
            with self.lock:
                self.passed += 1
        if self.went(request):
            return
        handler.close_connection = not keep
        handler.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def ask(self, handler, body):
        headers = {name: value for name, value in handler.headers.items()
                   if name.lower() not in HOP}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(handler.command, handler.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except OSError:
            return 502, [], b""
        finally:
            connection.close()
