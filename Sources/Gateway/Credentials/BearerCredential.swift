internal import Text

/// The content of a request's `Authorization` field.
enum BearerCredential {
    /// The bytes after the scheme, unchecked.
    case token(ArraySlice<UInt8>)
    /// Another scheme, or no token.
    case malformed

    // credentials = "Bearer" 1*SP b64token (RFC 6750, section 2.1); the scheme's case does not matter (RFC 9110, 11.1).
    init(_ field: ArraySlice<UInt8>) {
        let scheme: [UInt8] = [0x62, 0x65, 0x61, 0x72, 0x65, 0x72]
        guard field.count > scheme.count, zip(field, scheme).allSatisfy({ ASCII.lowercased($0) == $1 }),
            field[field.startIndex + scheme.count] == 0x20
        else {
            self = .malformed
            return
        }
        let token = field.dropFirst(scheme.count).drop { $0 == 0x20 }
        self = token.isEmpty ? .malformed : .token(token)
    }
}
