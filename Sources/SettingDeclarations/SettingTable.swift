internal import Text

/// The settings of a section with an index of their names, so that reading an object takes time in proportion to its
/// members.
package struct SettingTable: Sendable {
    package let settings: [DeclaredSetting]
    private let places: [ExactText: Int]
    private let identities: [ObjectIdentifier]

    package init(_ settings: [DeclaredSetting]) {
        self.settings = settings
        identities = settings.map { ObjectIdentifier($0.identity) }
        places = Dictionary(
            settings.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the index of the setting with a name, or nil if there is none.
    package func place(of name: String) -> Int? { places[ExactText(name)] }

    /// Returns the index of a declaration, or nil if it belongs to another section. Sections have so few settings that
    /// comparing all of them takes less time than one digest of a name.
    package func place(of identity: SettingIdentity) -> Int? {
        identities.firstIndex(of: ObjectIdentifier(identity))
    }
}
