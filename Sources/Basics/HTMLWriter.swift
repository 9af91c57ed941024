/// The bytes of an HTML page while it grows.
///
/// Names of elements and attributes are literals; all that is not a literal is escaped, so that no text can become markup.
package struct HTMLWriter {
  package typealias Attributes = KeyValuePairs<StaticString, String>

  package private(set) var bytes: [UInt8] = Array("<!DOCTYPE html>\n".utf8)

  package init() {}

  /// An element with what `body` writes into it.
  package mutating func element(_ name: StaticString, _ attributes: Attributes = [:], _ body: (inout HTMLWriter) -> Void) {
    open(name, attributes)
    body(&self)
    literal("</")
    literal(name)
    literal(">")
  }

  /// An element that holds a text.
  package mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text: String) {
    element(name, attributes) { $0.text(text) }
  }

  /// An element that holds nothing and has no closing tag, such as `img`. The slash makes the page well-formed XML, too.
  package mutating func void(_ name: StaticString, _ attributes: Attributes = [:]) { open(name, attributes, end: "/>") }

  /// Text, escaped.
  package mutating func text(_ text: String) { MarkupText.append(text, to: &bytes, for: .person) }

  /// What is a literal of this program, as it is: a style sheet, a line break.
  package mutating func literal(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

  private mutating func open(_ name: StaticString, _ attributes: Attributes, end: StaticString = ">") {
    literal("<")
    literal(name)
    for (key, value) in attributes {
      literal(" ")
      literal(key)
      literal("=\"")
      MarkupText.append(value, to: &bytes, for: .person)
      literal("\"")
    }
    literal(end)
  }
}
