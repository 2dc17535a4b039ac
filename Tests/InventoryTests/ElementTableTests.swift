import JSON
import Testing

@testable import Inventory

@Suite("The parser's table of an element")
struct ElementTableTests {
    private let dense = "[" + Array(repeating: "1", count: 100_000).joined(separator: ",") + "]"

    @Test("an element whose table would exceed the limit is refused")
    func table() throws {
        let text = "{\"id\":\"w\",\"name\":\"W\",\"workflows\":\(dense)}"
        #expect(throws: JSONSyntaxError.self) {
            try JSONDocument(
                parsing: Array(text.utf8), keeping: InventoryReader.selection, maximumTable: 1 << 20)
        }
    }
}
