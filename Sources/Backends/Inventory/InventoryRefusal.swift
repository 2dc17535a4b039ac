/// The reason why an inventory, or a change of one, was refused. The previous inventory is kept.
public enum InventoryRefusal: Error, Sendable, Hashable {
    /// The text is not JSON (400). The detail names the offset of the byte.
    case syntax(detail: String)
    /// The content breaks a rule (422); at least one fault, and at most ``IssueList/limit``.
    case content([InventoryIssue])
    /// The workspace does not exist (404).
    case notFound
    /// A single workspace, or a list of changes, has more than ``InventoryLimits/singleBody`` bytes (413).
    case tooLarge
    /// The request's conditions on the present state are not met (412).
    case preconditionFailed
    /// The idempotency key was used for other content (422).
    case keyReused
    /// A request with the same idempotency key is under way (409).
    case keyUnderWay
    /// The import paused for so long that its staged rows were deleted (409).
    case abandoned
    /// The publisher's session or token has ended (401).
    case signedOut
    /// The publisher's role was revoked, or no longer permits the write (403, or 404 if the publisher has no role).
    case notPermitted(isMember: Bool)
}
