package import InventoryStore

/// The earlier figures of an id that no workspace has now. They count again if a workspace with the id is created.
package struct FormerWorkspace: Sendable {
    let id: String
    let earlier: EarlierFigures
    /// The estimated size in memory, in bytes.
    var bytes: Int { 96 + id.utf8.count }

    package init(id: String, earlier: EarlierFigures) {
        (self.id, self.earlier) = (id, earlier)
    }

    struct Order: TotalOrder {
        func precedes(_ a: FormerWorkspace, _ b: FormerWorkspace) -> Bool { compare(a.id, b.id) < 0 }
    }
}
