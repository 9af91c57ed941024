import Foundation

/// Runs a program to its end, as a user would, and says what came out.
public struct ProgramResult: Sendable {
  public var status: Int32
  public var output: String
  public var error: String
}

public enum Program {
  /// The command that was built with these tests.
  public static var orthoweave: String { built("orthoweave") }

  /// A program in the folder where the tests were built.
  public static func built(_ name: String) -> String {
    if name == "orthoweave", let given = ProcessInfo.processInfo.environment["ORTHOWEAVE_BINARY"] { return given }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return (own as NSString).deletingLastPathComponent + "/" + name
  }

  /// - Parameters:
  ///   - seconds: after so long the program is killed: a hang is a failure, too.
  /// - Throws: where the program cannot be started.
  public static func run(
    _ executable: String, _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:], seconds: Double = 300
  ) throws -> ProgramResult {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    // Files instead of pipes: nothing can fill up.
    let folder = try TemporaryFolder("output")
    let (output, error) = (folder("output"), folder("error"))
    for path in [output, error] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: error)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    if ended.wait(timeout: .now() + seconds) == .timedOut {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
    }
    func text(_ path: String) -> String { String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self) }
    return ProgramResult(status: process.terminationStatus, output: text(output), error: text(error))
  }

  /// Runs the built command.
  public static func orthoweave(_ arguments: String..., in folder: String? = nil, environment: [String: String] = [:]) throws
    -> ProgramResult
  {
    try run(orthoweave, arguments, in: folder, environment: environment)
  }

  /// Finds a program on PATH.
  public static func find(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
