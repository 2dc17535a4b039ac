internal import Text

/// A file that pages need, served under a name that changes with its content, so that browsers may cache it
/// indefinitely.
public struct Asset: Sendable {
    /// The last segment of ``path``.
    public let fileName: String
    public let contentType: String
    public let bytes: [UInt8]

    /// The URL's path.
    public var path: String { "/assets/\(fileName)" }

    private init(_ name: String, _ type: String, _ text: String) {
        // FNV-1a: it tells versions apart and has no security purpose.
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let parts = name.split(at: ".")
        fileName = "\(parts[0])-\(String(hash, radix: 36)).\(parts[1])"
        contentType = type
        bytes = Array(text.utf8)
    }

    /// The stylesheet of all pages.
    public static let stylesheet = Asset("gatehouse.css", "text/css; charset=utf-8", Stylesheet.text)
    /// The script of all pages.
    public static let script = Asset("gatehouse.js", "text/javascript; charset=utf-8", Script.text)
    /// The icon of the site.
    public static let icon = Asset(
        "icon.svg", "image/svg+xml",
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d4ed8"/>\
        <path d="M8 25V13a8 8 0 0 1 16 0v12h-5V13a3 3 0 0 0-6 0v12z" fill="#fff"/></svg>
        """)

    /// All assets.
    public static let all = [stylesheet, script, icon]

    /// The asset with a file name; nil also for names of other versions.
    public static func named(_ fileName: String) -> Asset? { all.first { $0.fileName.isExactly(fileName) } }
}
