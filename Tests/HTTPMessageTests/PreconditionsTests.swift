import Testing

@testable import HTTPMessage

@Suite("Conditions of a request")
struct PreconditionsTests {
    @Test(
        "a write of an existing target goes on if its strong tag is listed by If-Match",
        arguments: [
            (nil, true), ("*", true), ("\"v1\"", true), ("\"v0\", \"v1\"", true), (", \"v0\",, \"v1\" ,", true),
            ("\"v2\"", false), ("W/\"v1\"", false), ("", false), ("v1", false), ("*, \"v1\"", false),
            ("\"v1\" x", false),
        ] as [(String?, Bool)])
    func ifMatch(value: String?, isMet: Bool) {
        let conditions = Preconditions(ifMatch: value)
        #expect(conditions.permitWrite(of: EntityTag("v1"), exists: true) == isMet)
        #expect(conditions.permitRead(of: EntityTag("v1")) == isMet)
        #expect(conditions.isEmpty == (value == nil))
        // Without a target, no tag is listed.
        #expect(conditions.permitWrite(of: nil, exists: false) == (value == nil))
    }

    @Test(
        "a write goes on if If-None-Match lists no tag of the target, by weak comparison",
        arguments: [
            (nil, true, true), ("*", false, true), ("\"v1\"", false, true), ("W/\"v1\"", false, true),
            ("\"v2\"", true, true), ("", true, true), ("v2", false, false), ("*, *", false, false),
        ] as [(String?, Bool, Bool)])
    func ifNoneMatch(value: String?, ofExisting: Bool, ofMissing: Bool) {
        let conditions = Preconditions(ifNoneMatch: value)
        #expect(conditions.permitWrite(of: EntityTag("v1"), exists: true) == ofExisting)
        #expect(conditions.permitWrite(of: nil, exists: false) == ofMissing)
    }

    @Test("both conditions must be met")
    func both() {
        let one = Preconditions(ifMatch: "\"v1\"", ifNoneMatch: "*")
        #expect(!one.permitWrite(of: EntityTag("v1"), exists: true))
        #expect(one.permitWrite(of: EntityTag("v1"), exists: false))
        #expect(!one.permitWrite(of: EntityTag("v2"), exists: false))
    }

    @Test("several field lines are one list")
    func lines() throws {
        var parser = RequestParser()
        let text =
            "GET / HTTP/1.1\r\nHost: h\r\nIf-Match: \"a\"\r\nIf-None-Match: \"x\"\r\nif-match: \"b\"\r\nIf-Match:\r\n\r\n"
        let request = try #require(try parser.parse(Array(text.utf8).span))
        #expect(request.list(.ifMatch) == "\"a\", \"b\", " && request.list(.accept) == nil)
        let conditions = Preconditions(request)
        #expect(conditions.permitWrite(of: EntityTag("b"), exists: true))
        #expect(!conditions.permitWrite(of: EntityTag("x"), exists: true))
        #expect(conditions.isCurrent(EntityTag("x")) && !conditions.isCurrent(EntityTag("a")))
    }
}
