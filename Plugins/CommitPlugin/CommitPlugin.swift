import Foundation
import PackagePlugin

/// Writes, before each build, the source file that says from which commit the program is built.
///
/// A manifest could ask SwiftPM for the commit, but SwiftPM keeps what a manifest has answered, and would name an old one.
@main
struct WriteCommit: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let package = context.package.directoryURL
    let folder = context.pluginWorkDirectoryURL
    return [
      .prebuildCommand(
        displayName: "Asking git for the commit", executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: [package.appendingPathComponent("scripts/write-commit").path, package.path, folder.path], outputFilesDirectory: folder)
    ]
  }
}
