/// A request method (RFC 9110, section 9), case-sensitive; unknown methods are `other`.
public enum Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case other

    init(token: Span<UInt8>) {
        let candidate: Method
        switch (token.count, token[0]) {
        case (3, UInt8(ascii: "G")): candidate = .get
        case (4, UInt8(ascii: "H")): candidate = .head
        case (4, UInt8(ascii: "P")): candidate = .post
        case (3, UInt8(ascii: "P")): candidate = .put
        case (5, UInt8(ascii: "P")): candidate = .patch
        case (6, UInt8(ascii: "D")): candidate = .delete
        case (7, UInt8(ascii: "O")): candidate = .options
        default:
            self = .other
            return
        }
        var index = 0
        for byte in candidate.rawValue.utf8 {
            guard token[index] == byte else {
                self = .other
                return
            }
            index += 1
        }
        self = candidate
    }
}
