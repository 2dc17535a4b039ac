/// The limits of one document. They exceed any real inventory, and bound the cost of a request.
public enum InventoryLimits {
    /// The maximum size of one element of `workspaces` or `roles`, in bytes.
    public static let element = 64 << 20
    /// The maximum size of the parser's table for one element, in bytes, besides the element itself.
    static let table = 128 << 20
    /// The maximum size of the parser's table for a document that is read as a whole, in bytes.
    static let singleTable = 48 << 20
    /// The maximum size of a document that is read as a whole, in bytes: a workspace, or a list of changes.
    public static let singleBody = 16 << 20
    /// The maximum length of an id, in bytes.
    package static let id = 256
    /// The maximum length of a name, in bytes.
    package static let name = 1024
    /// The maximum length of an email address, in bytes (RFC 5321, section 4.5.3.1).
    static let email = 320
    static let roles = 10_000
    static let changes = 1_000
    /// The maximum number of names at the top level of a document. Most of these names are ignored.
    static let topLevelNames = 1_000
    /// The maximum length of a top-level name in its JSON form, in bytes.
    static let topLevelName = 4096
}
