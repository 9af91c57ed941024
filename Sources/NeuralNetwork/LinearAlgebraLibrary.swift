import COpenBLAS

/// The library behind the portable kernel set.
public enum LinearAlgebraLibrary {
  /// OpenBLAS' version, such as "0.3.21".
  public static var version: String {
    guard let text = openblas_get_config() else { return "unknown" }
    let words = String(cString: text).split(separator: " ")
    return words.count > 1 ? String(words[1]) : "unknown"
  }

  /// The processor whose kernels OpenBLAS uses now, such as "SkylakeX".
  public static var kernel: String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }
}
