package import Cryptography
package import Invitations
internal import Text
package import Time

/// The content of the browser's own cookie: a secret to which sign-ins are bound, and an opened invitation, sealed for
/// that secret.
package struct BrowserCookie: Sendable {
    /// The time that an opened invitation waits for its sign-in.
    private static let patience: Duration = .seconds(3600)
    private static let context = Array("gatehouse opened invitation 1".utf8)

    let secret: [UInt8]
    private let sealed: String?

    package static func make() throws(CryptographyError) -> BrowserCookie {
        BrowserCookie(secret: try RandomBytes.make(32), sealed: nil)
    }

    private init(secret: [UInt8], sealed: String?) {
        self.secret = secret
        self.sealed = sealed
    }

    // value = secret [ "." sealed ]
    package init?(value: String) {
        let parts = value.split(at: ".", maxSplits: 1)
        guard value.utf8.count <= 512, parts[0].utf8.count == 43, let secret = Base64URL.decode(String(parts[0]))
        else { return nil }
        self.secret = secret
        sealed = parts.count == 2 ? String(parts[1]) : nil
    }

    package var value: String { Base64URL.encode(secret) + (sealed.map { ".\($0)" } ?? "") }

    /// The cookie of this browser with an opened invitation, or with none.
    package func holding(_ token: InvitationToken?, in box: SealedBox, at now: Timestamp) throws(CryptographyError)
        -> BrowserCookie
    {
        guard let token else { return BrowserCookie(secret: secret, sealed: nil) }
        let plain = Array("\(now.seconds) \(token.text)".utf8)
        let sealed = try box.seal(plain, context: BrowserCookie.context + secret)
        return BrowserCookie(secret: secret, sealed: Base64URL.encode(sealed))
    }

    /// The invitation that is open in this browser.
    package func invitation(_ box: SealedBox, at now: Timestamp) -> InvitationToken? {
        guard let sealed = sealed.flatMap({ Base64URL.decode($0) }),
            let plain = try? box.open(sealed, context: BrowserCookie.context + secret)
        else { return nil }
        let parts = String(decoding: plain, as: UTF8.self).split(at: " ")
        guard parts.count == 2, let openedAt = Int64(parts[0]),
            Timestamp(seconds: openedAt).lasts(BrowserCookie.patience, at: now)
        else { return nil }
        return InvitationToken(String(parts[1]))
    }
}
