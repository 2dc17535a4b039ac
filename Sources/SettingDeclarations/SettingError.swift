/// The reason why a setting refuses a value. The message follows the setting's path, and states what to write.
package struct SettingError: Error {
    /// What to write instead, after the path of the setting.
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}
