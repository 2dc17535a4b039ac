internal import Caches
internal import Endpoints
internal import Text

/// Rendered pages of workspaces. Each reactor has its own instance.
///
/// A page's key is its organization and the query's bytes; it is valid for one version of the inventory. The content
/// does not depend on the caller.
package final class PageCache {
    struct Key: Hashable {
        let organization: String
        let query: OctetKey
    }

    private struct Page {
        let version: Int
        let tag: String
        let body: [UInt8]
    }

    /// The largest page that is kept, in bytes.
    static let maximumPage = 64 << 10
    static let maximumPages = 256
    /// The total size of all pages, in bytes.
    static let maximumBytes = 8 << 20

    private var pages = BoundedCache<Key, Page>(bytes: maximumBytes, entries: maximumPages)

    package init() {
    }

    func reply(_ key: Key, version: Int) -> Reply? {
        guard let page = pages.value(for: key), page.version == version else { return nil }
        return .content(type: "application/json", tag: page.tag) { page.body }
    }

    /// Keeps the content of a reply if it is small enough.
    func keep(_ reply: Reply, as key: Key, version: Int) -> Reply {
        guard case .content(let type, let tag?, let make) = reply else { return reply }
        let body = make()
        let length = key.query.octets.count
        guard body.count <= PageCache.maximumPage, length <= 512 else { return reply }
        pages.insert(
            Page(version: version, tag: tag, body: body), for: key, bytes: body.count + length + tag.utf8.count)
        return .content(type: type, tag: tag) { body }
    }
}
