import JSON
import Testing

@Suite("Selections of a text")
struct JSONSelectionTests {
    private let names = JSONSelection.members(named: [Array("a".utf8), Array("list".utf8)])

    @Test("selected members have their content, and others are kept without it")
    func members() throws {
        let text = #"{"a":1,"b":{"a":2,"c":[1,[2,{"x":3}]]},"list":[{"a":"x","b":[1,2]},5],"\u0061b":[[]],"d":[]}"#
        let root = try JSONDocument(parsing: Array(text.utf8), keeping: names).root
        #expect(root.member("a")?.integer == 1)
        #expect(root.member("b")?.kind == .object && root.member("b")?.count == 0)
        #expect(root.member("list")?.count == 2)
        let first = try #require(root.member("list")?.elements.first { _ in true })
        #expect(first.member("a")?.string == "x" && first.member("b")?.kind == .array && first.member("b")?.count == 0)
        #expect(root.members.map(\.name) == ["a", "b", "list", "ab", "d"])
        let escaped = try JSONDocument(parsing: Array(#"{"l\u0069st":[1,2]}"#.utf8), keeping: names).root
        #expect(escaped.member("list")?.count == 2)
    }

    @Test(
        "content that is left out is checked as strictly as the rest",
        arguments: [
            #"{"b":[1,]}"#, #"{"b":{"x":1,"x":2}}"#, #"{"b":[{"y":1,"\u0079":2}]}"#, #"{"b":"\ud800"}"#, #"{"b":[01]}"#,
            #"{"b":{"c":[1 2]}}"#, #"{"b":tru}"#, #"{"b":1,"b":2}"#, #"{"b":[[[}"#,
        ])
    func strictness(text: String) throws {
        for selection in [JSONSelection.everything, names, .outermost] {
            #expect(throws: JSONSyntaxError.self) {
                try JSONDocument(parsing: Array(text.utf8), keeping: selection)
            }
        }
    }

    @Test("dense content that is left out costs little more than its bytes")
    func memory() throws {
        let ones = Array(repeating: "1", count: 200_000).joined(separator: ",")
        for (text, selection) in [
            ("[\(ones)]", JSONSelection.outermost), ("{\"b\":[\(ones)]}", names),
            ("{\"b\":[[\(ones)],{\"c\":[\(ones)]}]}", names),
        ] {
            let kept = try JSONDocument(parsing: Array(text.utf8), keeping: selection)
            #expect(kept.memory < text.utf8.count * 4)
            let nodes = (kept.memory - text.utf8.count) / text.utf8.count
            #expect(nodes < 3)
        }
        let all = try JSONDocument(parsing: Array("[\(ones)]".utf8))
        #expect(all.memory > ones.utf8.count * 8)
    }

    @Test("a text whose table would exceed its limit is refused")
    func table() throws {
        let ones = Array(repeating: "1", count: 10_000).joined(separator: ",")
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSONDocument(parsing: Array("[\(ones)]".utf8), maximumTable: 100_000)
        }
        #expect(error?.reason == .tooLarge)
        _ = try JSONDocument(parsing: Array("[\(ones)]".utf8), maximumTable: 200_000)
        _ = try JSONDocument(parsing: Array("[\(ones)]".utf8), keeping: .outermost, maximumTable: 1000)
    }

    @Test("among many names, each duplicate is found, and no other", arguments: [25, 1000])
    func manyNames(count: Int) throws {
        let members = (0..<count).map { "\"n\($0)\":\($0)" }
        let text = "{" + members.joined(separator: ",") + "}"
        #expect(try JSONDocument(parsing: Array(text.utf8)).root.count == count)
        for place in [0, 7, count - 1] {
            let twice = "{" + members.joined(separator: ",") + ",\"\\u006e\(place)\":1}"
            let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: Array(twice.utf8)) }
            #expect(error?.reason == .duplicateName && error?.offset == text.utf8.count)
        }
        let configuration = "{" + (members + members.prefix(3)).joined(separator: ",") + "}"
        #expect(try JSONDocument(parsing: Array(configuration.utf8), as: .configuration).duplicateNames.count == 3)
    }
}
