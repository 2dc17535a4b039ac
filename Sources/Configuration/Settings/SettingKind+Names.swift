internal import Addresses
internal import Cryptography
internal import HTTPClient
internal import HTTPMessage
internal import Identities
internal import SettingDeclarations
internal import Sockets
internal import Text
internal import Tokens

extension SettingKind<String> {
    /// An email domain, converted to lower case.
    static var domain: SettingKind {
        let noun = "a domain such as example.com"
        return text(
            noun, good: ["\"example.com\""],
            wrong: ["\"@example.com\"", "\"a@example.com\"", "\"*.com\"", "\"a..b\"", "\"bücher.example\""]
        ) {
            (text) throws(SettingError) -> String in
            guard !DomainHint.isNeeded(forDomain: text) else { throw SettingError(DomainHint.text) }
            guard AbsoluteURL.isHostName(text) else { throw SettingError("must be \(noun), without @ and wildcards") }
            return text.asciiLowercased()
        }
    }

    /// A value that is sent to the provider in a list separated by spaces (RFC 6749, section 3.3).
    static func token(_ noun: String, example: String) -> SettingKind {
        text(noun, good: ["\"\(example)\""], wrong: ["\"two words\""], pattern: "^[!#-\\[\\]-~]+$") {
            (text) throws(SettingError) -> String in
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
                throw SettingError("must be \(noun): printable ASCII without spaces, quotation marks and backslashes")
            }
            return text
        }
    }
}

extension SettingKind<ProviderID> {
    static var providerID: SettingKind {
        let noun = "a name of 1 to 63 of a-z, 0-9, -"
        return text(
            noun, good: ["\"acme-okta\""], wrong: ["\"acme okta\"", "\"a/b\"", "\"é\"", "\"Acme\"", "\"a.b\""],
            pattern: "^[a-z0-9-]{1,63}$"
        ) { (text) throws(SettingError) -> ProviderID in
            guard let id = ProviderID(text) else { throw SettingError("must be \(noun)") }
            return id
        }
    }
}

extension SettingKind<OrganizationID> {
    static var organizationID: SettingKind {
        let noun = "a name of 1 to 64 of a-z, 0-9, - _ . that begins with a letter or digit"
        return text(
            noun, good: ["\"acme\""], wrong: ["\"Acme\"", "\"-a\"", "\"a/b\""], pattern: "^[a-z0-9][a-z0-9._-]{0,63}$"
        ) { (text) throws(SettingError) -> OrganizationID in
            guard let id = OrganizationID(text) else { throw SettingError("must be \(noun)") }
            return id
        }
    }
}

extension SettingKind<SocketAddress> {
    static var listenAddress: SettingKind {
        let noun = "HOST:PORT such as 127.0.0.1:8443, [::1]:8443 or 0.0.0.0:8443"
        return text(
            noun, good: ["\"0.0.0.0:8443\"", "\"[::1]:0\"", "\"localhost:80\""],
            wrong: [
                "\"8443\"", "\":8443\"", "\"127.0.0.1\"", "\"127.0.0.1:65536\"", "\"::1:8443\"", "\"300.0.0.1:80\"",
            ]
        ) { (text) throws(SettingError) -> SocketAddress in
            guard let address = SocketAddress(text) else { throw SettingError("must be \(noun)") }
            let looksNumeric = address.host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
            guard IPAddress(address.host) != nil || !looksNumeric && AbsoluteURL.isHostName(address.host) else {
                throw SettingError("must be \(noun): \(quoted(address.host)) is not an address")
            }
            return address
        }
    }
}

extension SettingKind<[SocketAddress]> {
    /// One address or several. An address that another one covers is omitted: binding it would fail, and its
    /// connections arrive at the other one.
    static var listenAddresses: SettingKind {
        let kind = oneOrMore(of: SettingKind<SocketAddress>.listenAddress)
        return SettingKind(kind.noun, good: kind.good, wrong: kind.wrong, schema: kind.schema) { value, path, reader in
            guard let addresses = kind.read(value, path, reader) else { return nil }
            return addresses.enumerated().filter { index, address in
                let others = addresses.enumerated().filter { $0.offset != index && $0.element.covers(address) }
                // Of two spellings of one address, the first is kept.
                guard let other = others.first(where: { !address.covers($0.element) || $0.offset < index }) else {
                    return true
                }
                reader.warn(
                    at: value, path[index],
                    "is left out: \(other.element) accepts the connections to \(address) too")
                return false
            }.map(\.element)
        }
    }
}

extension SettingKind<AddressRange> {
    static var addressRange: SettingKind {
        let noun = "a range of addresses in CIDR form, such as 10.0.0.0/8 or fd00::/8"
        return text(
            noun, good: ["\"10.0.0.0/8\"", "\"::1/128\"", "\"0.0.0.0/0\""],
            wrong: ["\"10.0.0.0\"", "\"10.0.0.0/33\"", "\"10.0.0.1/8\"", "\"a/8\"", "\"10.0.0.0/-1\""]
        ) { (text) throws(SettingError) -> AddressRange in
            if let range = AddressRange(text) { return range }
            if let address = IPAddress(text) {
                throw SettingError("must be \(noun); for this one address write \"\(text)/\(address.bytes.count * 8)\"")
            }
            throw SettingError("must be \(noun), with no bits set after the prefix")
        }
    }
}

extension SettingKind<PublicURL> {
    static var publicURL: SettingKind {
        text(
            "a URL of scheme and host, such as https://access.example.com",
            good: ["\"https://access.example.com\"", "\"http://127.0.0.1:8080\"", "\"http://[::1]:80\""],
            wrong: [
                "\"access.example.com\"", "\"http://access.example.com\"", "\"https://a.example/\"",
                "\"https://a.example/x\"", "\"https://a.example?q\"", "\"https://u@a.example\"", "\"ftp://a.example\"",
                "\"https://\"", "\"https://a.example:0\"", "\"https://a.example:65536\"",
            ]
        ) { (text) throws(SettingError) -> PublicURL in try PublicURL(text) }
    }
}

extension SettingKind<String> {
    /// An issuer identifier (OpenID Connect Discovery 1.0, section 3), kept as written because it is compared byte by
    /// byte. Other settings decide whether it must be a URL.
    static var issuer: SettingKind {
        text(
            "the issuer's URL, exactly as in its tokens' iss",
            good: ["\"https://acme.okta.com/oauth2/default\"", "\"accounts.google.com\"", "\"https://a.example/\""],
            wrong: [
                "\"acme\"", "\"ftp://a.example\"", "\"https://a.example?q=1\"", "\"https://a.example#f\"",
                "\"https://u:p@a.example\"", "\"http://a.example\"",
                "\"https://a.example/.well-known/openid-configuration\"",
                "\"https://login.microsoftonline.com/common/v2.0\"",
                "\"https://a.example/\(String(repeating: "a", count: Issuer.longest))\"",
            ]
        ) { (text) throws(SettingError) -> String in
            guard text.utf8.count <= Issuer.longest else {
                throw SettingError("must have at most \(Issuer.longest) bytes")
            }
            return text
        }
    }
}
