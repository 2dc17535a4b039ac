internal import Caches
internal import HTTPMessage

/// Pages of workspaces that were asked for before, as they were rendered. One a reactor.
///
/// A page is kept under its organization and its query as it came, together with the inventory's version; with another
/// version it is made anew. What a page shows does not depend on who asks.
final class PageCache {
    struct Key: Hashable {
        let organization: String
        let query: ArraySlice<UInt8>
    }

    private struct Page {
        let version: Int
        let tag: String
        let body: [UInt8]
    }

    /// Pages beyond this size are not kept.
    static let maximumPage = 64 << 10
    static let maximumPages = 256
    /// What all of them may take.
    static let maximumBytes = 8 << 20

    private var pages = BoundedCache<Key, Page>(bytes: maximumBytes, entries: maximumPages)

    func reply(_ key: Key, version: Int) -> Reply? {
        guard let page = pages.value(for: key), page.version == version else { return nil }
        return .content(type: "application/json", tag: page.tag) { page.body }
    }

    /// Keeps what a reply holds, where it is worth it.
    func keep(_ reply: Reply, as key: Key, version: Int) -> Reply {
        guard case .content(let type, let tag?, let make) = reply else { return reply }
        let body = make()
        guard body.count <= PageCache.maximumPage, key.query.count <= 512 else { return reply }
        // The query's own bytes, so that a page does not keep a whole request head alive.
        pages.insert(
            Page(version: version, tag: tag, body: body),
            for: Key(organization: key.organization, query: Array(key.query)[...]),
            bytes: body.count + key.query.count + tag.utf8.count)
        return .content(type: type, tag: tag) { body }
    }
}
