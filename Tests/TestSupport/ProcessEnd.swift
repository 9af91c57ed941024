import Glibc

/// Lets a test process end when its tests have: C libraries are not unloaded one by one.
///
/// GDAL's drivers may leave their memory in disorder after the failed writes that tests provoke; freeing it at the end has aborted a
/// process whose tests had all passed. The exit status stays what the test runner says.
public enum ProcessEnd {
  /// Cheap after the first call. Where coverage is counted, the counts are written as the process ends: nothing is done then.
  public static func staysQuiet() {
    guard getenv("LLVM_PROFILE_FILE") == nil else { return }
    precondition(registered == 0, "on_exit refused")
  }

  private static let registered: Int32 = on_exit(
    { status, _ in
      fflush(nil)
      _exit(status)
    }, nil)
}
