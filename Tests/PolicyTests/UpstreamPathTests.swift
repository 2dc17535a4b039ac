import Testing

@testable import Policy

@Suite("Paths of requests to upstreams")
struct UpstreamPathTests {
    private func fault(_ raw: [UInt8]) -> UpstreamPathFault? {
        // The path is read at its own indices, not from zero.
        let slice = (Array("GET ".utf8) + raw + Array(" x".utf8))[4..<(4 + raw.count)]
        do throws(UpstreamPathFault) {
            _ = try UpstreamPath(slice)
            return nil
        } catch {
            return error
        }
    }

    private func fault(_ raw: String) -> UpstreamPathFault? { fault(Array(raw.utf8)) }

    @Test(
        "a path is decoded once",
        arguments: [
            ("/", "/"), ("/a/b", "/a/b"), ("/a/", "/a/"), ("/a%20b", "/a b"), ("/%61dmin", "/admin"),
            ("/caf%C3%A9", "/café"), ("/caf%c3%a9", "/café"), ("/café", "/café"), ("/%2A", "/*"),
            ("/a%3Fb%23c", "/a?b#c"), ("/100%25", "/100%"), ("/%25a", "/%a"), ("/%25zz", "/%zz"), ("/%25%25", "/%%"),
            ("/...", "/..."), ("/.a", "/.a"), ("/a.", "/a."), ("/..a/b", "/..a/b"),
            ("/a:b@c!$&'()*+,=", "/a:b@c!$&'()*+,="),
        ])
    func decoded(raw: String, text: String) throws {
        let path = try UpstreamPath(Array(raw.utf8)[...])
        #expect(path.octets == Array(text.utf8))
        #expect(path.text == text)
    }

    @Test("a segment that is a dot or two is refused in every spelling, and anywhere")
    func dots() {
        let dot = [".", "%2e", "%2E"]
        let segments = dot + dot.flatMap { one in dot.map { one + $0 } }
        #expect(segments.count == 12)
        for segment in segments {
            for path in ["/\(segment)", "/\(segment)/", "/a/\(segment)", "/a/\(segment)/b", "/\(segment)/a"] {
                #expect(fault(path) == .dotSegment, "\(path)")
            }
            for path in ["/a\(segment)", "/\(segment)a", "/\(segment)%20"] { #expect(fault(path) == nil, "\(path)") }
        }
    }

    @Test("an encoded slash, backslash or control is refused in both cases of the digits")
    func encodedDelimiters() {
        for octet in [0x2F, 0x5C, 0x7F] + Array(0x00...0x1F) {
            let digits = String(octet, radix: 16)
            let code = octet < 16 ? "0\(digits)" : digits
            for spelling in [code, code.uppercased()] {
                for path in ["/%\(spelling)", "/a%\(spelling)b", "/a/%\(spelling)/b", "/a%\(spelling)"] {
                    #expect(fault(path) == .encodedDelimiter, "\(path)")
                }
            }
        }
    }

    @Test("a backslash, a semicolon and what cannot be in a path are refused")
    func forbiddenCharacters() {
        for path in ["/a\\b", "/\\", "/a;b", "/;", "/a;", "/a%3Bb", "/a%3bb", "/a?b", "/a#b", "/a b", "/a\u{7F}"] {
            #expect(fault(path) == .forbiddenCharacter, "\(path)")
        }
        for octet in UInt8(0)...0x20 { #expect(fault([0x2F, octet]) == .forbiddenCharacter, "\(octet)") }
    }

    @Test("an encoded percent sign before two hexadecimal digits is refused")
    func doubleEncoding() {
        for digits in ["2f", "2F", "2e", "00", "zz", "61", "fF", "G0", "0g", "a"] {
            let isHexadecimal = digits.utf8.count == 2 && digits.allSatisfy(\.isHexDigit)
            #expect(fault("/%25\(digits)") == (isHexadecimal ? .doubleEncoding : nil), "\(digits)")
            #expect(fault("/a%25\(digits)/b") == (isHexadecimal ? .doubleEncoding : nil), "\(digits)")
        }
        #expect(fault("/%25%32%65") == .doubleEncoding, "the digits may be encoded too")
        #expect(fault("/%252%65") == .doubleEncoding)
        #expect(fault("/%25252e") == .doubleEncoding)
    }

    @Test("octets that are not UTF-8 are refused, encoded or not")
    func notUTF8() {
        for octets: [UInt8] in [[0xFF], [0xC3], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xC3, 0x28]] {
            #expect(fault([0x2F] + octets) == .notUTF8, "\(octets)")
            let encoded = octets.map { "%" + String($0, radix: 16) }.joined()
            #expect(fault("/a/" + encoded) == .notUTF8, "\(encoded)")
        }
        #expect(fault("/%c3/%a9") == .notUTF8, "a slash divides the character")
    }

    @Test("an empty segment is refused anywhere but at the end")
    func emptySegments() {
        for path in ["//", "//a", "/a//", "/a//b", "///", "/a///b"] { #expect(fault(path) == .emptySegment, "\(path)") }
        for path in ["/", "/a/", "/a/b/"] { #expect(fault(path) == nil, "\(path)") }
    }

    @Test("a text that is no path is refused")
    func noPath() {
        for path in ["", "*", "a", "a/b", "http://a/b", "%2Fa"] { #expect(fault(path) == .notAbsolute, "\(path)") }
        for path in ["/%", "/%2", "/%%20", "/%zz", "/%2g", "/%g2", "/a%", "/% 20", "/%u0061"] {
            #expect(fault(path) == .malformedEncoding, "\(path)")
        }
    }

    @Test("each fault has its own code and its own words")
    func faults() {
        #expect(Set(UpstreamPathFault.allCases.map(\.rawValue)).count == 8)
        #expect(Set(UpstreamPathFault.allCases.map(\.words)).count == 8)
    }
}

@Suite("Patterns of paths")
struct UpstreamPathPatternTests {
    private func pattern(_ text: String) throws -> UpstreamPathPattern { try UpstreamPathPattern(text) }

    private static let paths = [
        "/", "/admin", "/admin/", "/admin/a", "/admin/a/b", "/administration", "/Admin", "/ADMIN/a", "/adm", "/b/admin",
        "/a b", "/100%", "/caf\u{E9}", "/cafe\u{301}", "/*", "/admin/*",
    ]

    @Test(
        "a pattern matches by octets, with case, and a star at its end stands for the rest",
        arguments: [
            ("/*", paths), ("/", ["/"]), ("/admin", ["/admin"]), ("/admin/", ["/admin/"]),
            ("/admin/*", ["/admin", "/admin/", "/admin/a", "/admin/a/b", "/admin/*"]),
            ("/admin*", ["/admin", "/admin/", "/admin/a", "/admin/a/b", "/administration", "/admin/*"]),
            ("/Admin/*", ["/Admin"]), ("/a b", ["/a b"]), ("/100%", ["/100%"]), ("/caf\u{E9}", ["/caf\u{E9}"]),
            ("/cafe\u{301}", ["/cafe\u{301}"]), ("/zzz/*", []),
        ])
    func matches(text: String, wanted: [String]) throws {
        let pattern = try pattern(text)
        for path in UpstreamPathPatternTests.paths {
            let encoded = path.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            for raw in [Array(path.replacing("%", with: "%25").replacing(" ", with: "%20").utf8), Array(encoded.utf8)] {
                // A slash may not be encoded.
                let raw = String(decoding: raw, as: UTF8.self).replacing("%2f", with: "/")
                let isWanted = wanted.contains { $0.utf8.elementsEqual(path.utf8) }
                #expect(pattern.matches(try UpstreamPath(Array(raw.utf8)[...])) == isWanted, "\(text) \(raw)")
            }
        }
    }

    @Test(
        "a pattern that no request could match, or that reads otherwise, is refused",
        arguments: [
            "", "admin", "*", "/a*b", "/**", "/*/", "/a/*/b", "/a?b=c", "/a;b", "/a\\b", "/a//b", "//*", "/./a",
            "/../*",
            "/a/..", "/a/./*", "/a%20b", "/%2e", "/a%2F*", "/a\u{1}", "/a\u{7F}",
        ])
    func refused(text: String) {
        #expect(throws: UpstreamPathPattern.SyntaxError.self) { try UpstreamPathPattern(text) }
    }

    @Test(
        "a star that continues a segment of dots is a pattern", arguments: ["/.*", "/..*", "/a/.*", "/.well-known/*"])
    func dots(text: String) throws { #expect(try pattern(text).text == text) }

    @Test("a pattern covers another if it matches each of its paths")
    func covers() throws {
        let texts = [
            "/*", "/", "/admin", "/admin/", "/admin/*", "/admin*", "/admin/a", "/admin/a/*", "/admin/a*", "/adm*",
            "/administration", "/b/*",
        ]
        let paths = try UpstreamPathPatternTests.covering.map { try UpstreamPath(Array($0.utf8)[...]) }
        for one in texts {
            for other in texts {
                let (covering, covered) = (try pattern(one), try pattern(other))
                let isCovered = paths.allSatisfy { !covered.matches($0) || covering.matches($0) }
                #expect(covering.covers(covered) == isCovered, "\(one) \(other)")
            }
        }
    }

    /// Paths that distinguish the patterns of the test: each of them matches one of these, and one beside each other.
    private static let covering = [
        "/", "/x", "/adm", "/admx", "/admin", "/admin/", "/adminx", "/adminx/y", "/admin/x", "/admin/a", "/admin/a/",
        "/admin/ax", "/admin/a/x", "/administration", "/b", "/b/", "/b/x",
    ]
}
