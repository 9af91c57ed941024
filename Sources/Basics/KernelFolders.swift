/// The folders in which the kernel shows what is not on a disk: files there say that they are empty, and none can be made.
package enum KernelFolders {
  /// The one of them that a place is, or lies in; `nil` for all others.
  ///
  /// - Parameter place: a path without links.
  package static func holding(_ place: String) -> String? { ["/proc", "/sys"].first { place == $0 || place.hasPrefix($0 + "/") } }
}
