import ClaimMapping
import GatehouseTesting
import Identities
import Testing

@testable import Grants

@Suite("A change of rules as a value")
struct MappingChangeTests {
    private let rows = ["a", "b", "c"].enumerated().map { index, id in
        AccessWorld.rule("v\(id)", .viewer, id: id).ranked(index + 1)
    }
    private let draft = MappingDraft(claimName: "n", match: .equals, claimValue: "v", role: .manager)

    private func ids(_ change: MappingChange) -> [String]? {
        let rows = change.applied(to: rows, newID: "new")
        #expect(
            rows == nil || rows?.map(\.rank) == Array(1...max(1, rows?.count ?? 0)).prefix(rows?.count ?? 0).map { $0 })
        return rows?.map(\.id)
    }

    @Test("a rule is added at its place, or at the end")
    func added() {
        #expect(ids(.add(draft, at: nil)) == ["a", "b", "c", "new"])
        #expect(ids(.add(draft, at: 0)) == ["new", "a", "b", "c"])
        #expect(ids(.add(draft, at: 2)) == ["a", "b", "new", "c"])
        #expect(ids(.add(draft, at: .max)) == ["a", "b", "c", "new"])
    }

    @Test("a negative place is the first place")
    func negativePlace() {
        #expect(ids(.add(draft, at: -1)) == ["new", "a", "b", "c"])
        #expect(ids(.edit("c", MappingEdit(), at: .min)) == ["c", "a", "b"])
    }

    @Test("a changed rule keeps its place, or moves to another")
    func edited() {
        var edit = MappingEdit()
        edit.claimValue = "other"
        #expect(ids(.edit("b", edit, at: nil)) == ["a", "b", "c"])
        #expect(ids(.edit("b", edit, at: 0)) == ["b", "a", "c"])
        #expect(ids(.edit("a", edit, at: 1)) == ["b", "a", "c"])
        #expect(ids(.edit("a", edit, at: 99)) == ["b", "c", "a"])
        let after = MappingChange.edit("b", edit, at: 2).applied(to: rows, newID: "new")
        #expect(after?.last?.claimValue == "other" && after?.last?.role == .viewer)
    }

    @Test("an unknown rule is neither changed nor removed, and ids compare by octets")
    func unknown() {
        #expect(ids(.remove("x")) == nil && ids(.edit("x", MappingEdit(), at: nil)) == nil)
        #expect(ids(.remove("A")) == nil && ids(.remove("")) == nil)
        let alike = [AccessWorld.rule("v", .viewer, id: "\u{E9}"), AccessWorld.rule("v", .viewer, id: "e\u{301}")]
        let left = MappingChange.remove("e\u{301}").applied(to: alike, newID: "new")
        #expect(left?.map { Array($0.id.utf8) } == [Array("\u{E9}".utf8)])
    }

    @Test("a rule is removed, and the others close up")
    func removed() {
        #expect(ids(.remove("a")) == ["b", "c"])
        #expect(ids(.remove("c")) == ["a", "b"])
    }

    @Test("an edit leaves the members that it does not name, and removes a separator by name")
    func members() {
        let row = Mapping(
            id: "m", rank: 1, claimName: "n", match: .equals, claimValue: "v", split: ",", role: .viewer)
        #expect(MappingEdit().applied(to: row) == MappingDraft(row))
        var edit = MappingEdit()
        edit.split = .some(nil)
        #expect(edit.applied(to: row).split == nil)
        edit = MappingEdit()
        edit.match = .exists
        // An existing claim has no value to compare or split.
        #expect(edit.applied(to: row).claimValue.isEmpty && edit.applied(to: row).split == nil)
        edit = MappingEdit()
        edit.claimName = "email"
        #expect(edit.applied(to: row).split == nil)
    }

    @Test("a table ranks the file's rules first, and names all rules by one tag")
    func table() {
        let file = AccessWorld.fileRules
        let table = MappingTable(file: file, stored: rows)
        #expect(
            table.all.map(\.id) == ["file:1", "file:2", "a", "b", "c"] && table.all.map(\.rank) == [1, 2, 3, 4, 5])
        #expect(table.row("b")?.rank == 4 && table.row("x") == nil)
        #expect(table.isOfFile("file:1") && !table.isOfFile("a") && !table.isOfFile("x"))
        #expect(table.place(ofRank: 2) == nil && table.place(ofRank: 3) == 0 && table.place(ofRank: 9) == 6)
        #expect(table.tag == MappingTable(file: file, stored: rows).tag)
        let others = [
            MappingTable(file: file, stored: rows.reversed()), MappingTable(file: [], stored: rows),
            MappingTable(file: file, stored: Array(rows.dropLast())), MappingTable(file: file.reversed(), stored: rows),
            MappingTable(
                file: file,
                stored: Array(rows.dropLast()) + [AccessWorld.rule("vc", .manager, id: "c")]),
        ].map(\.tag)
        #expect(Set(others + [table.tag]).count == 6)
    }

    @Test("texts that are divided otherwise have other tags")
    func tagsDivide() {
        let one = [AccessWorld.rule("bc", .viewer, id: "m", claim: "a")]
        let other = [AccessWorld.rule("c", .viewer, id: "m", claim: "ab")]
        #expect(MappingTable(file: [], stored: one).tag != MappingTable(file: [], stored: other).tag)
        let composed = [AccessWorld.rule("\u{E9}", .viewer, id: "m")]
        let decomposed = [AccessWorld.rule("e\u{301}", .viewer, id: "m")]
        #expect(MappingTable(file: [], stored: composed).tag != MappingTable(file: [], stored: decomposed).tag)
    }
}
