internal import Text

/// The settings of a section with an index of their names, so that reading an object takes time in proportion to its
/// members.
struct SettingTable: Sendable {
    let settings: [DeclaredSetting]
    private let places: [ExactText: Int]

    init(_ settings: [DeclaredSetting]) {
        self.settings = settings
        places = Dictionary(
            settings.enumerated().map { (ExactText($1.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the index of the setting with a name, or nil if there is none.
    func place(of name: String) -> Int? { places[ExactText(name)] }
}
