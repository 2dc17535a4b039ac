internal import HTTPMessage
internal import Text

/// A path with variables in braces, such as `/organizations/{org}/members`.
public struct PathTemplate: Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// A part of a path between two slashes.
    public enum Segment: Sendable {
        /// A part that a path has exactly so.
        case literal(String)
        /// A part with any text, by the variable's name.
        case variable(String)
    }

    /// The template with its braces.
    public let text: String
    /// The parts in order; `/` has one empty literal.
    public let segments: [Segment]

    /// - Parameter text: a path that begins with `/`; a variable is a whole segment in braces.
    public init(_ text: String) {
        self.text = text
        segments = text.split(at: "/").dropFirst().map { part in
            part.dropping(exactly: "{")?.dropping(exactlyLast: "}").map { .variable(String($0)) }
                ?? .literal(String(part))
        }
    }

    public init(stringLiteral text: String) {
        self.init(text)
    }

    public var description: String { text }

    /// The names of the variables, in order.
    public var variables: [String] {
        segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .variable(let name): name
            }
        }
    }

    /// Returns the path with its variables replaced, each percent-encoded. A variable without a value keeps its braces.
    ///
    /// - Parameter values: the values in the order of the variables.
    public func path(_ values: String...) -> String {
        var rest = values[...]
        return segments.reduce(into: "") { path, segment in
            switch segment {
            case .literal(let text): path += "/\(text)"
            case .variable(let name): path += "/\(rest.popFirst().map { FormEncoding.encode($0) } ?? "{\(name)}")"
            }
        }
    }
}
