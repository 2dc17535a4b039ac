import Identities
import InventoryStore
import Testing

@Suite("Owners of workspaces")
struct WorkspaceOwnerTests {
    private static func owner(_ email: String, _ name: String = "") -> WorkspaceOwner {
        WorkspaceOwner(email: EmailAddress(email), name: name)
    }

    @Test(
        "owners whose addresses or names differ in octets are two owners, also if they look the same",
        arguments: [
            (owner("\u{E9}@acme.com"), owner("e\u{301}@acme.com")), (owner("a@b", "\u{E9}"), owner("a@b", "e\u{301}")),
            (owner("A@b"), owner("a@b")),
        ])
    func octets(one: WorkspaceOwner, other: WorkspaceOwner) {
        #expect(one != other && Set([one, other]).count == 2 && (one < other) != (other < one))
    }

    @Test("owners are ordered by the octets of their addresses, then of their names")
    func order() {
        let sorted = [
            WorkspaceOwnerTests.owner("B@b"), .init(email: "a@b", name: "x"), .init(email: "a@b", name: "y"),
            .init(email: "e\u{301}@b", name: "x"), .init(email: "f@b", name: ""), .init(email: "\u{E9}@b", name: "w"),
        ]
        #expect(sorted.reversed().sorted() == sorted)
    }
}
