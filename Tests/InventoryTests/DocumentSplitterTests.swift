import JSON
import Testing

@testable import Inventory

@Suite("The splitter of documents")
struct DocumentSplitterTests {
    private static let document = #"""
         { "roles" : [ {"id":"a]}","x":"\"\\"} , 17,-2.5e3 ,"te\u0041xt", [[]] ,null],"other":{"a":[1,{}]} ,
        "workspaces":[],"n":true , "\u006eame":"v" , "é": 12 } 
        """#

    private func split(_ text: String, at cuts: [Int] = []) throws -> [DocumentSplitter.Piece] {
        var splitter = DocumentSplitter(elementLimit: 100)
        let bytes = Array(text.utf8)
        var pieces: [DocumentSplitter.Piece] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            try splitter.split(Array(bytes[start..<cut])) {
                pieces.append($0)
                return true
            }
            start = cut
        }
        try splitter.finish()
        return pieces
    }

    @Test("each array element and each other value is passed on with its position")
    func pieces() throws {
        let pieces = try split(Self.document)
        let texts = pieces.map { "\($0.name ?? "?") \($0.index ?? -1) \(String(decoding: $0.bytes, as: UTF8.self))" }
        #expect(
            texts == [
                #"roles 0 {"id":"a]}","x":"\"\\"}"#, "roles 1 17", "roles 2 -2.5e3", #"roles 3 "te\u0041xt""#,
                "roles 4 [[]]", "roles 5 null", #"other -1 {"a":[1,{}]}"#, "workspaces -1 ", "n -1 true",
                #"name -1 "v""#, "é -1 12",
            ])
        let bytes = Array(Self.document.utf8)
        for piece in pieces where !piece.bytes.isEmpty {
            #expect(Array(bytes[piece.offset..<piece.offset + piece.bytes.count]) == piece.bytes)
        }
    }

    @Test("the pieces are equal wherever the document is cut, even byte by byte")
    func cuts() throws {
        let whole = try split(Self.document)
        let count = Self.document.utf8.count
        for cut in 0...count { #expect(try split(Self.document, at: [cut]) == whole) }
        #expect(try split(Self.document, at: Array(1..<count)) == whole)
    }

    @Test(
        "invalid documents are refused, wherever they are cut",
        arguments: [
            "", " ", "[]]", "[", "[]{}", "null", "{", "{]", "{}x", "{}{}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
            #"{,"a":1}"#,
            #"{"a":[1,]}"#, #"{"a":[,1]}"#, #"{"a":[1 2]}"#, #"{"a":[1]"#, #"{"a":[{"b":1}}"#, #"{"a" 1}"#, #"{a:1}"#,
            #"{"a":[1}"#, #"{"a":1]"#, #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, "{\"a\u{1}\":1}", "\u{FEFF}{}",
            #"{"a":["#, #"{"a":[{"#, #"{"a":""#, #"{"a":[1]]}"#, #"{"a"::1}"#, #"{"a":[1],,"b":1}"#,
        ])
    func refused(text: String) {
        for cut in 0...text.utf8.count {
            #expect(throws: JSONSyntaxError.self) { try split(text, at: [cut]) }
        }
    }

    @Test("names that are only canonically equivalent are two names")
    func equivalentNames() throws {
        #expect(try split(#"{"\u00e9":1,"e\u0301":2}"#).count == 2)
    }

    @Test("a document that is not an object is one piece", arguments: ["[]", " [{\"a\":[1]}]\n", "\"te\\\"xt\""])
    func notAnObject(text: String) throws {
        for cut in 0...text.utf8.count {
            let pieces = try split(text, at: [cut])
            #expect(pieces.map(\.name) == [nil] && pieces.map(\.index) == [nil])
        }
    }

    @Test("a document that ends inside a piece is refused at the first fault in that piece")
    func earliestFault() {
        let error = #expect(throws: JSONSyntaxError.self) { try split(#"{"a":[{"b":tru}, {"c":[1]"#) }
        #expect(error?.reason == .unclosedObject)
        let inside = #expect(throws: JSONSyntaxError.self) { try split(#"{"a":[{"b":tru,{"c"#) }
        #expect(inside == JSONSyntaxError(reason: .invalidLiteral, offset: 11))
    }

    @Test("an element that is too large or too deep is refused before its end")
    func limits() {
        var splitter = DocumentSplitter(elementLimit: 100)
        let large = #expect(throws: JSONSyntaxError.self) {
            try splitter.split(Array(#"{"a":["\#(String(repeating: "x", count: 200))"#.utf8)) { _ in true }
        }
        #expect(large?.reason == .tooLarge)
        var other = DocumentSplitter(elementLimit: 1000)
        let deep = #expect(throws: JSONSyntaxError.self) {
            try other.split(Array((#"{"a":["# + String(repeating: "[", count: 31)).utf8)) { _ in true }
        }
        #expect(deep?.reason == .tooDeep)
    }
}
