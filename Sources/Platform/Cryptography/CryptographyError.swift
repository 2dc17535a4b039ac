internal import COpenSSL

/// A failed cryptographic operation. Its text never contains keys or secrets.
public struct CryptographyError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Reason: String, Sendable {
        case invalidKey = "this is not a usable key"
        case unsupportedKey = "keys of this kind are not supported"
        case rsaTooShort = "RSA keys need at least 2048 bits"
        case rsaTooLong = "RSA keys may have at most 8192 bits"
        case privateKey = "this is a private key; only public keys are accepted"
        case notSealedHere = "this was not sealed with any of these keys, or was altered"
        case failure = "the cryptographic library failed"
    }

    public let reason: Reason

    public init(_ reason: Reason) {
        self.reason = reason
        // Errors queue up per thread, and a later call would report them as its own.
        ERR_clear_error()
    }

    public var description: String { reason.rawValue }
}
