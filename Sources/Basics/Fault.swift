/// An error that a person reads: which file, what is wrong with it, and what to do about it.
///
/// Each module has an error type of its own, with codes of its own; this is the shape that they share. Reasons and remedies begin with a lower-case
/// letter and end without a period.
public protocol Fault: Error, CustomStringConvertible {
  /// The path as the user knows it; empty where no file is concerned.
  var file: String { get }
  /// What is wrong; continues the file's name, as in "cannot be read".
  var reason: String { get }
  /// What the user can do; empty where nothing helps.
  var remedy: String { get }
  /// The error of another module that this one passes on in its own words; `nil` where it is the first.
  var cause: (any Fault)? { get }
}

extension Fault {
  public var cause: (any Fault)? { nil }

  /// One line: `file: reason; remedy`. Types give it as their `description` themselves, so that whoever prints an error need not import this module.
  public var line: String {
    let what = file.isEmpty ? reason : "\(file): \(reason)"
    return remedy.isEmpty ? what : "\(what); \(remedy)"
  }
}
