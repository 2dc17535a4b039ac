/// The reason why a setting refuses a value. The message follows the setting's path, and states what to write.
struct SettingError: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
