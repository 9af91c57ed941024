import Glibc

/// Plain reading and writing of whole trees, without the code under test.
enum Disk {
  enum Item: Equatable, Hashable {
    case folder
    case file([UInt8])
    case link(String)
  }

  /// Everything below a folder, by relative path; missing: empty.
  static func tree(_ folder: String) -> [String: Item] {
    var found: [String: Item] = [:]
    var waiting = [""]
    while let name = waiting.popLast() {
      let path = name.isEmpty ? folder : folder + "/" + name
      for entry in list(path) {
        let below = name.isEmpty ? entry : name + "/" + entry
        var status = stat()
        guard lstat(folder + "/" + below, &status) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
          found[below] = .folder
          waiting.append(below)
        case S_IFLNK: found[below] = .link(target(folder + "/" + below))
        default: found[below] = .file(read(folder + "/" + below) ?? [])
        }
      }
    }
    return found
  }

  /// Makes a folder hold exactly this.
  static func make(_ folder: String, _ tree: [String: Item]) {
    remove(folder)
    mkdir(folder, 0o755)
    for (name, item) in tree.sorted(by: { $0.key < $1.key }) {
      let path = folder + "/" + name
      switch item {
      case .folder: mkdir(path, 0o755)
      case .link(let target): symlink(target, path)
      case .file(let bytes): write(path, bytes)
      }
    }
  }

  static func list(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func target(_ link: String) -> String {
    var bytes = [CChar](repeating: 0, count: 4097)
    return readlink(link, &bytes, 4096) < 0 ? "" : bytes.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, filled in
      while filled < buffer.count, let base = buffer.baseAddress {
        let got = Glibc.read(file, base + filled, buffer.count - filled)
        if got <= 0 { break }
        filled += got
      }
    }
  }

  static func write(_ path: String, _ bytes: [UInt8]) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    precondition(file >= 0, "\(path) cannot be written")
    defer { close(file) }
    var done = 0
    bytes.withUnsafeBytes { buffer in
      while done < buffer.count, let base = buffer.baseAddress {
        let wrote = Glibc.write(file, base + done, buffer.count - done)
        precondition(wrote > 0, "\(path) cannot be written")
        done += wrote
      }
    }
  }

  static func remove(_ path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    for name in list(path) { remove(path + "/" + name) }
    rmdir(path)
  }
}
