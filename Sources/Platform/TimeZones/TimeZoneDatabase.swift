internal import Files
internal import Synchronization
internal import Text

/// The time zones of the system.
public final class TimeZoneDatabase: Sendable {
    /// The names of all zones, sorted; only `UTC` if the system has no database.
    public let names: [String]
    private let folder: String
    private let zones = Mutex<[ExactText: TimeZone]>([:])

    /// Reads the list of names, `zone1970.tab`. Other names in the folder are unknown.
    ///
    /// - Parameter folder: the folder of the database.
    public init(folder: String = "/usr/share/zoneinfo") {
        self.folder = folder
        var names: Set<ExactText> = ["UTC"]
        if let table = try? FileContent.read("\(folder)/zone1970.tab", atMost: 1 << 20) {
            // country codes, coordinates, name, and comments, separated by tabs
            for line in table.split(separator: 0x0A) where line.first != UInt8(ascii: "#") {
                let columns = line.split(separator: 0x09, omittingEmptySubsequences: false)
                guard columns.count > 2, let name = TimeZoneDatabase.name(columns[2]) else { continue }
                names.insert(ExactText(name))
            }
        }
        self.names = names.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// False if only `UTC` is known.
    public var isComplete: Bool { names.count > 1 }

    /// Returns the zone with exactly this name. Returns nil if the list has no such name, before any file is opened, or if
    /// the zone's file cannot be read.
    public func zone(named name: String) -> TimeZone? {
        if name.isExactly("UTC") { return .utc }
        guard let known = names.first(where: { $0.isExactly(name) }) else { return nil }
        let key = ExactText(known)
        if let zone = zones.withLock({ $0[key] }) { return zone }
        guard let content = try? FileContent.read("\(folder)/\(known)", atMost: 1 << 16),
            let zone = try? TimeZone(name: known, tzif: content)
        else { return nil }
        zones.withLock { $0[key] = zone }
        return zone
    }

    /// Returns a name that cannot leave the folder: parts of letters, digits, `_`, `-` and `+`, separated by `/`.
    private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        func isAllowed(_ byte: UInt8) -> Bool {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "_-+".utf8.contains(byte)
        }
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard bytes.count <= 64, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isAllowed) }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
