public import Cryptography

/// A browser's session at the host of one application: the child of a ``Session``, which decides what it is worth. It
/// ends with that session, and is of no use at another host.
public struct AppSession: Sendable, Hashable {
    /// The id that assertions name (`sid`). It cannot be used to sign in.
    public let id: String
    /// The key of the parent.
    public let session: SessionKey
    /// The host, in lower case and without a port.
    public let host: String

    init(id: String, session: SessionKey, host: String) {
        (self.id, self.session, self.host) = (id, session, host)
    }
}
