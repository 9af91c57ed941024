"""A front for an HTTP server that cuts every tenth answer off in its middle, and says when it is up by writing its port to a file.

usage: remote.py SERVER-PORT FILE
"""
import http.client
import http.server
import sys
import threading

from http_server import serve

server, told = int(sys.argv[1]), sys.argv[2]
lock, count = threading.Lock(), 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def forward(self):
        global count
        behind = http.client.HTTPConnection("127.0.0.1", server)
        length = int(self.headers.get("Content-Length", 0))
        behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            behind.putheader(name, value)
        behind.endheaders(self.rfile.read(length) if length else None)
        answer = behind.getresponse()
        body = answer.read()
        with lock:
            count += 1
            cut = count % 10 == 0
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        size = answer.getheader("Content-Length") if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(size or 0))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut

    do_GET = do_HEAD = do_PUT = do_POST = forward


serve(Handler, told)
