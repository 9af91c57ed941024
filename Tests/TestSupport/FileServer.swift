import Foundation

/// A server of a folder over HTTP on this machine, with ranges, entity tags and pages of links, and with faults on demand. Needs python3.
public final class FileServer {
  private let process = Process()
  private let log: String
  /// "http://127.0.0.1:4711".
  public let address: String

  public enum Fault: Sendable {
    case none
    /// Every so many answers to GET are cut off in their middle.
    case cut(every: Int)
    /// A file grows while it is read.
    case grows(String)
    /// What is asked of a file with GET is answered after `release()`.
    case holds(String)
    /// Files are sent whole, whatever part is asked for.
    case withoutRanges
    /// Each answer takes so many seconds.
    case waits(Double)
  }

  /// - Throws: where it does not start.
  public init(_ folder: String, fault: Fault = .none) throws {
    let state = try TemporaryFolder("server")
    self.state = state
    log = state("log")
    let (script, port) = (state("server.py"), state("port"))
    try Data(Self.script.utf8).write(to: URL(fileURLWithPath: script))
    var environment = ProcessInfo.processInfo.environment
    switch fault {
    case .none: break
    case .cut(let every): environment["CUT"] = "\(every)"
    case .grows(let name): environment["GROWS"] = name
    case .holds(let name): environment["HOLDS"] = name
    case .withoutRanges: environment["WHOLE"] = "1"
    case .waits(let seconds): environment["WAITS"] = "\(seconds)"
    }
    guard let python = Program.find("python3") else { throw CocoaError(.fileNoSuchFile) }
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script, folder, log, port]
    process.environment = environment
    try process.run()
    let end = Date().addingTimeInterval(30)
    while !FileManager.default.fileExists(atPath: port), Date() < end { usleep(10_000) }
    address = "http://127.0.0.1:" + (try String(contentsOfFile: port, encoding: .utf8))
  }

  private let state: TemporaryFolder

  // It inherits blocked signals from the test's process: nothing less ends it. Not waited for, as `waitUntilExit` needs a run loop.
  deinit { kill(process.processIdentifier, SIGKILL) }

  /// Ends the waiting of `holds`.
  public func release() { _ = FileManager.default.createFile(atPath: state("release"), contents: nil) }

  /// The most requests that waited at the same time for `waits`, so far.
  public var mostAtOnce: Int { lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.max() ?? 0 }

  /// "GET /a.tif 206 1", a line for each answer since the last call; the last number is how many requests waited at once for `waits`. "HELD /a.tif" where one
  /// waits for `release()`.
  public func requests() -> [String] {
    let lines = lines
    defer { told = lines.count }
    return lines.dropFirst(told).map(String.init)
  }

  private var lines: [Substring] {
    (FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? "").split(separator: "\n")
  }

  private var told = 0

  private static let script = #"""
    import email.utils, hashlib, http.server, os, re, sys, threading, time, urllib.parse
    folder, log, port = sys.argv[1:]
    cut, grows, holds = int(os.environ.get("CUT", "0")), os.environ.get("GROWS"), os.environ.get("HOLDS")
    whole, waits = "WHOLE" in os.environ, float(os.environ.get("WAITS", "0"))
    lock, count, active, tags = threading.Lock(), 0, 0, {}

    def tell(line):
        with lock:
            with open(log, "a") as file: file.write(line + "\n")

    def tag_of(path):
        status = os.stat(path)
        key = (path, status.st_size, status.st_ctime_ns)
        if key not in tags:
            with open(path, "rb") as file: tags[key] = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        return tags[key]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments): pass

        def answer(self, status, body=b"", headers={}, sent=None, length=None):
            tell(f"{self.command} {self.path} {status} {self.beside}")
            self.send_response(status)
            for name, value in headers.items(): self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            if self.command == "GET": self.wfile.write(body if sent is None else body[:sent])
            if sent is not None: self.close_connection = True

        def do_HEAD(self): self.do_GET()

        def do_GET(self):
            global active
            with lock: active += 1
            time.sleep(waits)
            with lock:
                self.beside = active
                active -= 1
            self.serve()

        def serve(self):
            global count
            name = urllib.parse.unquote(self.path.split("?")[0])
            path = folder + name
            if os.path.isdir(path):
                if not name.endswith("/"): return self.answer(301, headers={"Location": name + "/"})
                links = "\n".join(f'<tr><td><a href="{entry}">{entry}</a></td></tr>' for entry in
                                (e + "/" if os.path.isdir(path + e) else e for e in sorted(os.listdir(path))))
                page = f"<html><head><title>Index of {name.rstrip('/')}</title></head>\n<body><table>\n{links}\n</table></body></html>"
                return self.answer(200, page.encode(), {"Content-Type": "text/html"})
            try:
                headers = {"ETag": f'"{tag_of(path)}"', "Last-Modified": email.utils.formatdate(os.stat(path).st_mtime, usegmt=True)}
                if not whole: headers["Accept-Ranges"] = "bytes"
                if self.command == "HEAD": return self.answer(200, headers=headers, length=os.stat(path).st_size)
                with open(path, "rb") as file: body = file.read()
            except OSError: return self.answer(404)
            if name == f"/{holds}":
                tell(f"HELD {name}")
                while not os.path.exists(os.path.dirname(log) + "/release"): time.sleep(0.02)
            status = 200
            part = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if part and not whole:
                first, last = int(part[1]), min(int(part[2] or len(body)), len(body) - 1)
                if first >= len(body): return self.answer(416)
                headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
                status, body = 206, body[first:last + 1]
            sent = None
            with lock: count += 1
            if cut and count % cut == 0: sent = len(body) // 2
            if grows and name == "/" + grows:
                with open(path, "ab") as file: file.write(b"\0")
            self.answer(status, body, headers, sent)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    # Whoever asks may hang up.
    server.handle_error = lambda *_: None
    with open(port + ".new", "w") as file: file.write(str(server.server_address[1]))
    os.rename(port + ".new", port)
    server.serve_forever()
    """#
}
