public import Addresses
internal import HTTPMessage
internal import SettingDeclarations
internal import Text

/// A host or range of addresses at which a provider's endpoints may be even if the address is private.
public enum Reachable: Sendable, Hashable {
    case range(AddressRange)
    /// A host name in lower case.
    case host(String)

    /// Parses a range of addresses, one address, or a host name. Returns nil for any other text.
    init?(_ text: String) {
        if let range = AddressRange(text) {
            self = .range(range)
        } else if let address = IPAddress(text), let range = AddressRange("\(text)/\(address.bytes.count * 8)") {
            self = .range(range)
        } else if AbsoluteURL.isHostName(text), !text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) {
            self = .host(text.asciiLowercased())
        } else {
            return nil
        }
    }
}

extension SettingKind<Reachable> {
    static var reachable: SettingKind {
        let noun = "a range of addresses in CIDR form, an address, or the name of a host"
        return text(
            noun, good: ["\"10.20.0.0/16\"", "\"idp-backend.internal\"", "\"10.1.2.3\"", "\"fd00::/8\""],
            wrong: ["\"10.0.0.1/8\"", "\"https://a.example\"", "\"a.example:8443\"", "\"*.internal\"", "\"1.2.3\""]
        ) { (text) throws(SettingError) -> Reachable in
            guard let reachable = Reachable(text) else {
                throw SettingError("must be \(noun), without a port, and with no bits set after the prefix")
            }
            return reachable
        }
    }
}
