/// The reason why a setting refuses a value. The message follows the setting's path, and states what to write.
package struct SettingError: Error {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }
}
