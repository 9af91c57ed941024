import Glibc

/// A file system that keeps apart what a program was told and what is on disk, to say what a power cut leaves.
///
/// The assumptions, which are those of docs/state-on-disk.md: what a file held at its last sync is on disk; a change of names (one call,
/// also where it touches two folders) is on disk wholly or not at all; syncing a folder puts every earlier change of its entries on disk,
/// with the changes those build on. Nothing else is: unsynced changes are lost, or the first so many of them are not.
final class DiskModel {
  final class Node {
    enum Kind {
      case folder, file
      case link(String)
    }

    let kind: Kind
    var now: [UInt8] = []
    var durable: [UInt8] = []
    var entries: [String: Node] = [:]
    /// A folder's entries at the start, all on disk.
    var initial: [String: Node] = [:]

    init(_ kind: Kind) { self.kind = kind }
  }

  /// One call that changes names.
  private struct NameChange {
    var sets: [(folder: Node, name: String, node: Node?)]
    var isDurable = false
  }

  private let root: Node
  private var byInode: [UInt64: Node] = [:]
  private var names: [NameChange] = []

  /// How many changes of names were made so far.
  var nameChanges: Int { names.count }

  /// Takes over a folder as it is, all of it on disk.
  init(_ folder: String) {
    root = Node(.folder)
    load(folder, into: root)
  }

  private func load(_ path: String, into node: Node) {
    var status = stat()
    if lstat(path, &status) == 0 { byInode[UInt64(status.st_ino)] = node }
    for name in Disk.list(path) {
      let below = path + "/" + name
      guard lstat(below, &status) == 0 else { continue }
      let child: Node
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        child = Node(.folder)
        load(below, into: child)
      case S_IFLNK: child = Node(.link(Disk.target(below)))
      default:
        child = Node(.file)
        child.now = Disk.read(below) ?? []
        child.durable = child.now
      }
      byInode[UInt64(status.st_ino)] = child
      node.entries[name] = child
    }
    node.initial = node.entries
  }

  // MARK: - Changes

  /// Makes one recorded change. Returns false where it does not fit the state, which is a fault of the record.
  func apply(_ change: Ledger.Change) -> Bool {
    switch change {
    case .open(let path, let inode, let made, let emptied):
      if made {
        guard let (folder, name) = place(path) else { return false }
        let node = Node(.file)
        byInode[inode] = node
        set([(folder, name, node)])
      } else if emptied {
        byInode[inode]?.now = []
      }
    case .write(let inode, let offset, let bytes):
      guard let node = byInode[inode] else { return false }
      if node.now.count < offset + bytes.count { node.now += [UInt8](repeating: 0, count: offset + bytes.count - node.now.count) }
      node.now.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    case .truncate(let inode, let length):
      guard let node = byInode[inode] else { return false }
      if node.now.count > length { node.now.removeLast(node.now.count - length) }
      node.now += [UInt8](repeating: 0, count: length - node.now.count)
    case .sync(let inode):
      guard let node = byInode[inode] else { return false }
      sync(node)
    case .makeDirectory(let path, let inode):
      guard let (folder, name) = place(path) else { return false }
      let node = Node(.folder)
      byInode[inode] = node
      set([(folder, name, node)])
    case .rename(let from, let to):
      guard let (source, old) = place(from), let (target, new) = place(to), let node = source.entries[old] else { return false }
      set([(source, old, nil), (target, new, node)])
    case .exchange(let one, let other):
      guard let (source, old) = place(one), let (target, new) = place(other) else { return false }
      guard let first = source.entries[old], let second = target.entries[new] else { return false }
      set([(source, old, second), (target, new, first)])
    case .remove(let path):
      guard let (folder, name) = place(path) else { return false }
      set([(folder, name, nil)])
    case .link(let from, let to):
      guard let (source, old) = place(from), let node = source.entries[old], let (target, new) = place(to) else { return false }
      set([(target, new, node)])
    case .symbolicLink(let path, let target):
      guard let (folder, name) = place(path) else { return false }
      set([(folder, name, Node(.link(target)))])
    }
    return true
  }

  private func place(_ path: String) -> (Node, String)? {
    var folder = root
    let parts = path.split(separator: "/").map(String.init)
    for part in parts.dropLast() {
      guard let next = folder.entries[part] else { return nil }
      folder = next
    }
    return parts.last.map { (folder, $0) }
  }

  private func set(_ sets: [(folder: Node, name: String, node: Node?)]) {
    names.append(NameChange(sets: sets))
    for (folder, name, node) in sets { folder.entries[name] = node }
  }

  private func sync(_ node: Node) {
    guard case .folder = node.kind else {
      node.durable = node.now
      return
    }
    for index in names.indices where names[index].sets.contains(where: { $0.folder === node }) { makeDurable(index) }
  }

  /// A change that is on disk has all earlier ones of the same entries with it.
  private func makeDurable(_ index: Int) {
    if names[index].isDurable { return }
    names[index].isDurable = true
    for set in names[index].sets {
      for earlier in 0..<index where names[earlier].sets.contains(where: { $0.folder === set.folder && $0.name == set.name }) {
        makeDurable(earlier)
      }
    }
  }

  // MARK: - After the cut

  /// What is on disk if the power goes now.
  ///
  /// - Parameters:
  ///   - first: So many of the first changes of names came to disk besides the synced ones.
  ///   - contents: Whether unsynced contents did, too.
  func afterCut(keeping first: Int = 0, contents: Bool = false) -> [String: Disk.Item] {
    var entries: [ObjectIdentifier: [String: Node]] = [:]
    for (index, change) in names.enumerated() where change.isDurable || index < first {
      for (folder, name, node) in change.sets {
        entries[ObjectIdentifier(folder), default: folder.initial][name] = node
      }
    }
    var tree: [String: Disk.Item] = [:]
    func collect(_ folder: Node, _ path: String) {
      for (name, node) in entries[ObjectIdentifier(folder)] ?? folder.initial {
        let below = path.isEmpty ? name : path + "/" + name
        switch node.kind {
        case .folder:
          tree[below] = .folder
          collect(node, below)
        case .link(let target): tree[below] = .link(target)
        case .file: tree[below] = .file(contents ? node.now : node.durable)
        }
      }
    }
    collect(root, "")
    return tree
  }
}
