package import Addresses

/// One element of `X-Forwarded-For`, as proxies write it.
///
/// ```
/// node     = nodename [ ":" node-port ]                 (RFC 7239, section 6)
/// nodename = IPv4address / "[" IPv6address "]" / "unknown" / obfnode
/// obfnode  = "_" 1*( ALPHA / DIGIT / "." / "_" / "-" )
/// node-port = 1*5DIGIT / obfport                        obfport = obfnode
/// ```
/// Quotation marks may surround a node. An IPv6 address without brackets is common and has no port. A zone is left out.
package enum ForwardedNode {
    /// The address in an element; nil if there is none (`unknown`, `_hidden`), or if the element is empty or malformed.
    package static func address(in element: some StringProtocol) -> IPAddress? {
        var octets = Array(element.utf8)[...]
        while let first = octets.first, isBlank(first) { octets.removeFirst() }
        while let last = octets.last, isBlank(last) { octets.removeLast() }
        if octets.first == UInt8(ascii: "\"") {
            guard octets.count > 2, octets.last == UInt8(ascii: "\"") else { return nil }
            octets = octets.dropFirst().dropLast()
        }
        // The longest element: an address of 45 characters, a zone of 32, brackets, a percent sign, a port of 16.
        guard octets.count <= 100 else { return nil }
        return octets.first == UInt8(ascii: "[") ? bracketed(octets.dropFirst()) : bare(octets)
    }

    private static func bracketed(_ octets: ArraySlice<UInt8>) -> IPAddress? {
        guard let end = octets.firstIndex(of: UInt8(ascii: "]")), isPort(octets[(end + 1)...]),
            // Some proxies put even IPv4 in brackets together with a port.
            let text = String(validating: octets[..<end], as: UTF8.self)
        else { return nil }
        return IPAddress(scoped: text)
    }

    private static func bare(_ octets: ArraySlice<UInt8>) -> IPAddress? {
        let colons = octets.count { $0 == UInt8(ascii: ":") }
        // One colon separates an IPv4 address from its port; IPv6 has at least two.
        let end = colons == 1 ? octets.firstIndex(of: UInt8(ascii: ":")) ?? octets.endIndex : octets.endIndex
        guard isPort(octets[end...]), let text = String(validating: octets[..<end], as: UTF8.self) else { return nil }
        return IPAddress(scoped: text)
    }

    /// Returns true if the rest of an element is empty, or a colon and a port.
    private static func isPort(_ octets: ArraySlice<UInt8>) -> Bool {
        guard let colon = octets.first else { return true }
        let port = octets.dropFirst()
        guard colon == UInt8(ascii: ":"), let first = port.first else { return false }
        if first == UInt8(ascii: "_") {
            return (2...16).contains(port.count)
                && port.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || ".-_".utf8.contains($0)
                }
        }
        return port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }
}
