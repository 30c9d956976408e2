"""Serves one call of a real service on the loopback for a test: JSON in, JSON out."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer


def stay_on_loopback():
    """Lets nothing of this process look up a name or reach another machine."""

    def refuse(event, arguments):
        if event == "socket.getaddrinfo":
            raise OSError("no names are looked up here")
        if event == "socket.connect" and not str(arguments[1][0]).startswith("127."):
            raise OSError("no other machine is reached from here")

    sys.addaudithook(refuse)


def serve(path, answer):
    """Prints `port N`, then answers posts to the path with (status, JSON) until standard input ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            status, value = answer(json.loads(body)) if self.path == path else (404, {"error": "no such path"})
            told = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_):
            """The log would hold what the test must not print."""

    ThreadingTCPServer.daemon_threads = True
    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("port", server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()
