"""A local HTTP server that says when it is up by writing its port to a file, whole at once."""
import http.server
import os


def serve(handler, told):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    with open(told + ".new", "w") as file:
        file.write(str(server.server_address[1]))
    os.rename(told + ".new", told)
    server.serve_forever()
