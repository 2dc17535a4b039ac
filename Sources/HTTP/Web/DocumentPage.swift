/// A page as a value, from which its document is made.
public protocol DocumentPage: Sendable {
    /// The whole document. Making it takes time proportional to its tables.
    var document: HTML { get }
}
