"""Relays between hypercare and a gateway: they count what would change it, and can hold a request
back at a moment of the test's choice. Standard library only."""

import http.client
import http.server
import threading

HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


class Change:
    """One request that is not a read, as it came over the wire."""

    def __init__(self, method, path, body):
        self.method, self.path, self.body = method, path, body

    def __eq__(self, other):
        return (self.method, self.path, self.body) == (other.method, other.path, other.body)

    def __repr__(self):
        return f"{self.method} {self.path} {self.body!r}"


class Relay:
    """Stands before the gateway of that port. came(change) is called with each change before a byte
    of it goes on, went(change) after the gateway has answered and before the answer goes back."""

    def __init__(self, port, came=None, went=None):
        self.changes, self.lock = [], threading.Lock()
        self.port, self.came, self.went = port, came, went
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

    def serve(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        change = None
        if request.command not in ("GET", "HEAD"):
            change = Change(request.command, request.path, body.decode("utf-8", "replace"))
            with self.lock:
                self.changes.append(change)
            if self.came:
                self.came(change)
        status, headers, answer = self.ask(request, body)
        if change and self.went:
            self.went(change)
        request.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def ask(self, request, body):
        headers = {name: value for name, value in request.headers.items()
                   if name.lower() not in HOP}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(request.command, request.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except OSError:
            return 502, [], b""
        finally:
            connection.close()
