internal import Text

extension Request {
    /// The host that the request is for, in lower case and without the port; nil if there is none, or if its port is no
    /// number.
    public var hostName: String? { field(.host).flatMap(Request.hostName) }

    /// Returns the name in a `Host` field, in lower case and without the port; nil if the port is no number.
    public static func hostName(in field: String) -> String? {
        let name = field.asciiLowercased()
        guard let colon = name.utf8.lastIndex(of: UInt8(ascii: ":")), name.utf8.last != UInt8(ascii: "]") else {
            return name
        }
        guard name.utf8[colon...].dropFirst().allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return String(name[..<colon])
    }
}
