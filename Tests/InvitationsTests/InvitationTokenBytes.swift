import Cryptography

/// The secret octets of a token's text, as a store would show them.
struct InvitationTokenBytes {
    let hex: String

    init?(_ text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        hex = bytes.map { String(UInt16($0) | 0x100, radix: 16, uppercase: true).dropFirst() }.joined()
    }
}
