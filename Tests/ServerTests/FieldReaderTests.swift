import AccessUseCases
import ClaimMapping
import Endpoints
import Grants
import Identities
import JSON
import Testing

@testable import Server

@Suite("Fields of JSON objects and forms")
struct FieldReaderTests {
    private static let table = MappingTable(
        file: [],
        stored: [
            Mapping(
                id: "m", rank: 1, claimName: "groups", match: .equals, claimValue: "a", role: .viewer)
        ])

    private func change(_ reader: FieldReader) throws -> MappingChange {
        var reader = reader
        return try MappingChangeBuilder(table: FieldReaderTests.table).read(&reader) { $0.change(&$1) }
    }

    @Test("a JSON object and a form describe equal changes of a rule")
    func same() throws {
        let json = #"{"op":"update","id":"m","claim_value":"b","match":"glob","split":null,"rank":2}"#
        let object = try change(FieldReader(JSONDocument(parsing: Array(json.utf8)).root))
        let form = try change(
            FieldReader(form: [
                ("op", .text("update")), ("id", .text("m")), ("claim_value", .text("b")), ("match", .text("glob")),
                ("split", .null), ("rank", .integer(2)),
            ]))
        #expect("\(object)" == "\(form)" && "\(form)".contains("glob"))
    }

    @Test("a JSON object and a form report equal faults")
    func faults() throws {
        let json = #"{"op":"create","claim_name":7,"role":"inventory-publisher","rank":0,"other":1}"#
        func faults(_ reader: FieldReader) -> [String] {
            do throws(Problem) {
                var reader = reader
                _ = try MappingChangeBuilder(table: FieldReaderTests.table).read(&reader) { $0.change(&$1) }
                return []
            } catch {
                return error.faults.map { "\($0.pointer) \($0.detail)" }
            }
        }
        let object = faults(FieldReader(try JSONDocument(parsing: Array(json.utf8)).root))
        let form = faults(
            FieldReader(form: [
                ("op", .text("create")), ("claim_name", .integer(7)), ("role", .text("inventory-publisher")),
                ("rank", .integer(0)), ("other", .integer(1)),
            ]))
        #expect(object == form && object.count >= 4)
        #expect(object.allSatisfy { $0.hasSuffix(".") })
        #expect(
            object.contains("/claim_name The claim name must be a string.")
                && object.contains { $0.hasPrefix("/other ") })
    }
}
