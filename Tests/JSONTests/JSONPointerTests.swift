import JSON
import Testing

@Suite("JSON Pointer")
struct JSONPointerTests {
    @Test(
        "pointers name the values of RFC 6901, section 5",
        arguments: [
            ("", nil), ("/foo", nil), ("/foo/0", "\"bar\""), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"),
            ("/g|h", "4"), ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"),
        ] as [(String, String?)])
    func leads(text: String, expected: String?) throws {
        let root = try document(
            #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#
        ).root
        let pointer = try #require(JSONPointer(text))
        let value = try #require(root.value(at: pointer))
        if let expected { #expect(value.text == expected) }
        #expect(pointer.description == text)
    }

    @Test(
        "a pointer to a missing value returns nil",
        arguments: [
            "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/x", "/bar", "/foo/0/x", "/foo/+1",
            "/foo/99999999999999999999",
        ])
    func nowhere(text: String) throws {
        let root = try document(#"{"foo":["bar","baz"]}"#).root
        #expect(root.value(at: try #require(JSONPointer(text))) == nil)
    }

    @Test("text that is not a pointer is refused", arguments: ["a", "a/b", "/~", "/~2", "/a~", " /"])
    func refuses(text: String) {
        #expect(JSONPointer(text) == nil)
    }
}
