import Glibc
import TestSupport

/// Tests/FaultInjection/faults.c, compiled, and the variables that steer it.
struct FaultLibrary: Sendable {
  let path: String

  /// Compiles the library into a folder; nil where there is no C compiler.
  init?(in folder: String) {
    let source = Places.root + "/Tests/FaultInjection/faults.c"
    path = folder + "/faults.so"
    for compiler in ["/usr/bin/cc", "/usr/bin/clang", "/opt/swift/usr/bin/clang"] where access(compiler, X_OK) == 0 {
      let outcome = TestedProgram(path: compiler).run(["-shared", "-fPIC", "-O2", "-o", path, source], in: folder)
      if outcome.exit == 0 { return }
    }
    return nil
  }

  enum Fault: String, CaseIterable, Sendable {
    /// SIGKILL in place of the call.
    case kill
    /// Half of the call, then SIGKILL.
    case half
    /// The call fails once, as a bad sector or a network file system would let it.
    case io
    /// The disk is full from the call on.
    case full
    /// A write takes half of what it is given, without an error.
    case short
    /// A signal interrupts a write, an opening or a sync.
    case interrupted
    /// Closing a written file reports what network file systems report there.
    case close
    /// A mapping of a mebibyte or more cannot be had.
    case mapping
    /// Nor an allocation of 64 KiB or more.
    case allocation

    var variables: [String: String] {
      switch self {
      case .kill, .half: ["FAULTS_DO": rawValue]
      case .io: ["FAULTS_DO": "error", "FAULTS_ERRNO": "\(EIO)"]
      case .full: ["FAULTS_DO": "errors", "FAULTS_ERRNO": "\(ENOSPC)"]
      case .short: ["FAULTS_DO": rawValue]
      case .interrupted: ["FAULTS_DO": "error", "FAULTS_ERRNO": "\(EINTR)"]
      case .close: ["FAULTS_DO": "error", "FAULTS_ERRNO": "\(EIO)"]
      // Whoever traps there shall not take seconds for a backtrace.
      case .mapping, .allocation: ["FAULTS_DO": "error", "FAULTS_ERRNO": "\(ENOMEM)", "SWIFT_BACKTRACE": "enable=no"]
      }
    }

    /// The calls that it is about: those that change the disk, or the library's word for others.
    var calls: String? {
      switch self {
      case .kill, .half, .io, .full: nil
      case .short: "write"
      case .interrupted: "slow"
      case .close: "close"
      case .mapping: "map"
      case .allocation: "allocation"
      }
    }

    /// The share of the calls that `make torture` disturbs: every one is a place to be killed at.
    var share: Double {
      switch self {
      case .kill, .close, .mapping: 1
      case .half, .io: 0.75
      case .full: 0.4
      case .short, .interrupted: 0.3
      case .allocation: 0.1
      }
    }

    /// Whether the program may crash at it: the Swift runtime and GDAL end it where memory cannot be had.
    var mayCrash: Bool { self == .mapping || self == .allocation }

    var kills: Bool { self == .kill || self == .half }
  }

  /// Variables under which a run in `folder` is disturbed at call `number`.
  func variables(_ folder: String, at number: Int, _ fault: Fault) -> [String: String] {
    var variables = fault.variables
    variables["LD_PRELOAD"] = path
    variables["FAULTS_ROOT"] = folder
    variables["FAULTS_AT"] = "\(number)"
    if let calls = fault.calls { variables["FAULTS_ONLY"] = calls }
    return variables
  }

  /// Variables under which the calls of a run are counted and, with a log, recorded.
  ///
  /// - Parameter calls: Which ones, in the library's word; `nil` for those that change the disk.
  func variables(_ folder: String, count: String, log: String? = nil, calls: String? = nil) -> [String: String] {
    var variables = ["LD_PRELOAD": path, "FAULTS_ROOT": folder, "FAULTS_COUNT": count]
    if let calls { variables["FAULTS_ONLY"] = calls }
    if let log { variables["FAULTS_LOG"] = log }
    return variables
  }

  /// Variables under which the time of day jumps by so many seconds at call `number` of a run in `folder`.
  func variables(_ folder: String, clock seconds: Int, from number: Int) -> [String: String] {
    ["LD_PRELOAD": path, "FAULTS_ROOT": folder, "FAULTS_CLOCK": "\(seconds)", "FAULTS_CLOCK_FROM": "\(number)"]
  }

  /// The number of calls in a count file.
  static func count(_ file: String) -> Int {
    guard let bytes = Disk.read(file), bytes.count == 8 else { return 0 }
    return bytes.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
  }
}
