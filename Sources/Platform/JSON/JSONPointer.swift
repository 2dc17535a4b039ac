/// A path into a document (RFC 6901).
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// Reference tokens, unescaped; an empty list names the whole document.
    public let tokens: [String]

    public init(tokens: [String] = []) {
        self.tokens = tokens
    }

    // json-pointer = *( "/" reference-token );  escaped = "~" ( "0" / "1" )  (section 3)
    /// Returns nil if the text is neither empty nor begins with `/`, or has a `~` before anything but `0` and `1`.
    public init?(_ text: String) {
        guard text.isEmpty || text.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            var token: [UInt8] = []
            var iterator = part.makeIterator()
            while let byte = iterator.next() {
                guard byte == UInt8(ascii: "~") else {
                    token.append(byte)
                    continue
                }
                switch iterator.next() {
                case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
                default: return nil
                }
            }
            tokens.append(String(decoding: token, as: UTF8.self))
        }
        self.tokens = tokens
    }

    public func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }

    public func appending(_ index: Int) -> JSONPointer { appending(String(index)) }

    public var description: String {
        var text: [UInt8] = []
        for token in tokens {
            text.append(UInt8(ascii: "/"))
            for byte in token.utf8 {
                switch byte {
                case UInt8(ascii: "~"): text += [UInt8(ascii: "~"), UInt8(ascii: "0")]
                case UInt8(ascii: "/"): text += [UInt8(ascii: "~"), UInt8(ascii: "1")]
                default: text.append(byte)
                }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension JSONValue {
    /// Returns the value that a pointer names from here (RFC 6901, section 4), or nil if there is none. `-` and indices
    /// with leading zeros name no value.
    public func value(at pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            switch value.kind {
            case .object:
                guard let member = value.member(token) else { return nil }
                value = member
            case .array:
                guard token.utf8.count <= 9, token.utf8.count == 1 || token.utf8.first != UInt8(ascii: "0"),
                    token.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(token),
                    let element = value.elements.dropFirst(index).first(where: { _ in true })
                else { return nil }
                value = element
            default:
                return nil
            }
        }
        return value
    }
}
