/// The filter of a query.
struct RowFilter {
    private let text: [UInt8]
    private let owner: [UInt8]

    init(_ query: WorkspaceQuery) {
        text = folded(query.text)
        owner = folded(query.owner)
    }

    var findsAll: Bool { text.isEmpty && owner.isEmpty }

    func finds(_ row: WorkspaceRow) -> Bool {
        RowFilter.contains(row.searchText, text) && RowFilter.contains(row.ownerText, owner)
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= bytes.count else { return false }
        let (bytes, part) = (bytes.span, part.span)
        for start in 0...(bytes.count - part.count) where bytes[start] == first {
            var length = 1
            while length < part.count, bytes[start &+ length] == part[length] { length &+= 1 }
            if length == part.count { return true }
        }
        return false
    }
}
