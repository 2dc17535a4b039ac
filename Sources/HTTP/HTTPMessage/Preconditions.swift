internal import Text

/// A request's conditions on the current state of its target: `If-Match` and `If-None-Match` (RFC 9110, section 13).
///
/// `*` asks whether the target exists. A malformed value is a condition that is never met, so that no write goes on by
/// mistake.
public struct Preconditions: Sendable, Hashable {
    private let ifMatch: String?
    private let ifNoneMatch: String?

    /// - Parameters:
    ///   - ifMatch: the value of `If-Match`; nil if the request has none.
    ///   - ifNoneMatch: the value of `If-None-Match`; nil if the request has none.
    public init(ifMatch: String? = nil, ifNoneMatch: String? = nil) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    public init(_ request: Request) {
        self.init(ifMatch: request.list(.ifMatch), ifNoneMatch: request.list(.ifNoneMatch))
    }

    /// True if the request has no conditions.
    public var isEmpty: Bool { ifMatch == nil && ifNoneMatch == nil }

    /// Returns true if a write may be performed (RFC 9110, section 13.2.2).
    ///
    /// - Parameters:
    ///   - tag: the target's entity tag; nil if it has none.
    ///   - exists: true if the target exists.
    public func permitWrite(of tag: EntityTag?, exists: Bool) -> Bool {
        if let ifMatch {
            let isMatch = ifMatch.isExactly("*") ? exists : tag?.isNamed(byIfMatch: ifMatch) ?? false
            guard isMatch else { return false }
        }
        guard let ifNoneMatch else { return true }
        if ifNoneMatch.isExactly("*") { return !exists }
        guard EntityTag.readList(ifNoneMatch, { _, _ in }) else { return false }
        return !(tag?.isNamed(byIfNoneMatch: ifNoneMatch) ?? false)
    }

    /// Returns false if a read of an existing target must be refused because of `If-Match`.
    public func permitRead(of tag: EntityTag) -> Bool { ifMatch.map { tag.isNamed(byIfMatch: $0) } ?? true }

    /// Returns true if the client of a read has the target's current content already (304).
    public func isCurrent(_ tag: EntityTag) -> Bool { ifNoneMatch.map { tag.isNamed(byIfNoneMatch: $0) } ?? false }
}
