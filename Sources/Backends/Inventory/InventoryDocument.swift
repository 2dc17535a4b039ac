package import JSON

/// Reads an inventory from a stream of bytes, cut at any place, without a database. An import uses it to parse and
/// check.
package struct InventoryDocument {
    package enum Element: Hashable {
        case role(WorkspaceRole, number: Int)
        case workspace(Workspace, number: Int)
    }

    /// The faults found so far. Once the list is full, reading stops.
    package var faults = IssueList()
    package private(set) var roles: RoleBook
    package private(set) var roleCount = 0
    private var splitter: DocumentSplitter
    private var hasWorkspaces = false

    package init(definitions: MetricDefinitions = MetricDefinitions(), elementLimit: Int = InventoryLimits.element) {
        roles = RoleBook(definitions)
        splitter = DocumentSplitter(elementLimit: elementLimit)
    }

    /// Reads the next bytes, nil at the end, and passes on the elements that they complete.
    package mutating func read(_ chunk: [UInt8]?, _ take: (Element) -> Void) throws(JSONSyntaxError) {
        guard !faults.isFull else { return }
        guard let chunk else {
            try splitter.finish()
            if !hasWorkspaces, faults.isEmpty { faults.add("/workspaces", "is required") }
            return
        }
        // The splitter is moved out and back so that its incomplete piece is not copied for each chunk.
        var splitter = splitter
        self.splitter = DocumentSplitter(elementLimit: 0)
        defer { self.splitter = splitter }
        try splitter.split(chunk) { (piece) throws(JSONSyntaxError) in
            try read(piece, take)
            return !faults.isFull
        }
    }

    /// Selects the parser's table for a piece. Ignored values are checked, but need no table.
    private func selection(of piece: DocumentSplitter.Piece) -> JSONSelection {
        piece.name == "workspaces" || piece.name == "roles" ? InventoryReader.selection : .outermost
    }

    private mutating func read(
        _ piece: DocumentSplitter.Piece, _ take: (Element) -> Void
    ) throws(JSONSyntaxError) {
        if piece.name == "workspaces" { hasWorkspaces = true }
        guard !piece.bytes.isEmpty else { return }
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(
                parsing: piece.bytes, maximumDepth: DocumentSplitter.elementDepth, keeping: selection(of: piece),
                maximumTable: InventoryLimits.table)
        } catch {
            throw JSONSyntaxError(reason: error.reason, offset: piece.offset + error.offset)
        }
        guard let name = piece.name else {
            faults.add("", "must be an object")
            return
        }
        guard name == "workspaces" || name == "roles" else { return }
        guard let index = piece.index else {
            // Null means no roles, as for other lists. For workspaces, it is a fault.
            if name == "workspaces" || !document.root.isNull { faults.add("/" + name, "must be an array") }
            return
        }
        var reader = InventoryReader(at: [name, String(index)])
        reader.faults = faults
        if name == "workspaces" {
            if let workspace = reader.workspace(document.root) { take(.workspace(workspace, number: index)) }
        } else if let role = reader.role(document.root) {
            roleCount += 1
            if roleCount > InventoryLimits.roles { reader.note("more than \(InventoryLimits.roles) roles") }
            if roles.isKnown(role.id) { reader.note("is a duplicate", at: "id") }
            roles.add(role.id, scopes: role.scopes)
            take(.role(role, number: index))
        }
        faults = reader.faults
    }
}
