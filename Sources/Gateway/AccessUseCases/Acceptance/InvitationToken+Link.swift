public import Cryptography
internal import Endpoints
public import Invitations
internal import Web

extension InvitationToken {
    /// Returns an invitation's link, the only URL that contains a token. Its page removes the token from the address
    /// bar.
    ///
    /// - Parameter origin: the gateway's public URL, without a path.
    public func link(at origin: String) -> String { "\(origin)\(Paths.acceptance.text)?token=\(text)" }
}
