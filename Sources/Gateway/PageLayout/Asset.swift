internal import Text

/// A file that pages need, served under a name that changes with its content, so that browsers may cache it
/// indefinitely.
///
/// The files are in the folder `Assets`. The build embeds them as they are, so that the program needs no file at run time.
public struct Asset: Sendable {
    /// The last segment of ``path``.
    public let fileName: String
    /// The entity tag without quotation marks: the part of ``fileName`` that changes with the content.
    public let tag: String
    /// The value of the field `Content-Type`.
    public let contentType: String
    /// The content of the file.
    public let bytes: [UInt8]

    /// The URL's path.
    public var path: String { "/assets/\(fileName)" }

    private init(_ name: String, _ fileExtension: String, _ type: String, _ content: [UInt8]) {
        // FNV-1a: it tells versions apart and has no security purpose.
        let hash = content.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        tag = String(hash, radix: 36)
        fileName = "\(name)-\(tag).\(fileExtension)"
        contentType = type
        bytes = content
    }

    /// The stylesheet of all pages: system fonts, light and dark, one column on a phone.
    public static let stylesheet = Asset(
        "gatehouse", "css", "text/css; charset=utf-8",
        PackageResources.gatehouse_css + PackageResources.components_css + PackageResources.requests_css
            + PackageResources.rules_css + PackageResources.members_css + PackageResources.audit_css)
    /// The script of all pages: optional conveniences, without which every page works.
    public static let script = Asset(
        "gatehouse", "js", "text/javascript; charset=utf-8", PackageResources.gatehouse_js)
    /// The icon of the site.
    public static let icon = Asset("icon", "svg", "image/svg+xml", PackageResources.icon_svg)

    /// All assets.
    public static let all = [stylesheet, script, icon]

    /// The asset with a file name; nil also for names of other versions.
    public static func named(_ fileName: String) -> Asset? { all.first { $0.fileName.isExactly(fileName) } }
}
