import Glibc

/// Which pipeline an output directory belongs to. `pipeline.json`.
///
/// Two pipelines in one directory would undo each other's outputs every night. A pipeline is known by its file's path: it may be edited. Where the
/// file of the record is no longer there, it was moved or renamed, and whoever comes takes the directory over.
extension OutputDirectory {
  private struct PipelineMark: Codable, Equatable {
    /// Absolute.
    var pipeline: String
    var host: String
  }

  /// Records the pipeline as the directory's, or throws `collision` where it belongs to another one. Needs the run lock.
  ///
  /// - Parameter file: The pipeline file's absolute path.
  public func claim(for file: String) throws(RunStateError) {
    let own = PipelineMark(pipeline: file, host: LockHolder.hostName)
    let before = try recordedPipeline()
    if before == own { return }
    if let before, try isAnother(before, than: file) {
      throw RunStateError(
        .collision, file: path,
        reason: "belongs to the pipeline \(before.pipeline)" + (before.host == own.host ? "" : " on \(before.host)"),
        remedy: "give each pipeline an output.directory of its own; if \(file) is to take this one over, remove \(pipelineMark)")
    }
    if let before, before.pipeline != file {
      warn("\(path): the pipeline \(before.pipeline) is no longer there; the directory belongs to \(file) now")
    }
    try operations.replace(pipelineMark, with: try SealedJSON.seal(own, file: pipelineMark))
  }

  private var pipelineMark: String { state + "/pipeline.json" }

  private func recordedPipeline() throws(RunStateError) -> PipelineMark? {
    do { return try SealedJSON.read(PipelineMark.self, pipelineMark) } catch {
      guard error.isOfContent else { throw error }
      warn("\(error); which pipeline the directory belonged to is not known")
      return nil
    }
  }

  private func isAnother(_ mark: PipelineMark, than file: String) throws(RunStateError) -> Bool {
    if mark.pipeline == file { return false }
    // Links and other ways to the same file are that file.
    if let recorded = try? Files.status(mark.pipeline, followingLinks: true) {
      guard let own = try Files.status(file, followingLinks: true) else { return true }
      return own.inode != recorded.inode || own.device != recorded.device
    }
    // On another host the path may mean nothing here.
    return mark.host != LockHolder.hostName && Files.last(mark.pipeline) != Files.last(file)
  }
}
