import Foundation
import TestSupport
import Testing

/// Ctrl-C at a terminal, as Python's pseudoterminal gives the program one.
@Suite(.enabled(if: Program.find("python3") != nil, "python3 is not here")) struct StopAtATerminalTests {
  /// Writes what the program shows, from Ctrl-C on, and then its exit code.
  private static let script = """
    import os, pty, sys, time
    child, terminal = pty.fork()
    if child == 0: os.execv(sys.argv[1], sys.argv[1:])
    shown, stopped = b"", None
    while True:
        try: part = os.read(terminal, 4096)
        except OSError: break
        if not part: break
        shown += part
        # A source reports its bands when it is opened: soon its only tile is at work.
        if stopped is None and b"reads band" in shown:
            time.sleep(0.5)
            stopped = len(shown)
            os.write(terminal, b"\\x03")
    print(shown[stopped or 0:].decode(errors="replace"))
    print("exit", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """

  @Test func ctrlCIsAnsweredWhileALongTileGoesOn() throws {
    let scene = try Scene()
    try scene.raster("a.tif", width: 1200, height: 1200)
    try scene.pipeline(inference: "tile: whole, workers: 1, scales: [1, 2], flip: d4", output: "formats: [classes]")
    let python = try #require(Program.find("python3"))
    let result = try Program.run(
      python, ["-c", Self.script, Program.orthoweave, "run", "pipeline.yaml"], in: scene.folder.path,
      environment: ["TERM": "xterm"])
    // The bar is erased before each line.
    let lines = result.output.replacing("\u{1B}[K", with: "\n").split(whereSeparator: \.isNewline).map { $0.trimmingPrefix("^C") }
    let answer = try #require(lines.firstIndex { $0.hasPrefix("stopping within 2 s") }, "\(result.output)")
    #expect(lines[answer...].contains { $0.hasPrefix("error: interrupted; the next run resumes") }, "\(result.output)")
    #expect(!lines[(answer + 1)...].contains { $0.contains("sources") && $0.contains("·") }, "\(result.output)")
    #expect(lines.last == "exit 130" && scene.published().isEmpty, "\(result.output)")
    #expect(try scene.report()["exitCode"] as? Int == 130)
  }
}
