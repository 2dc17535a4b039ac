internal import Glibc
internal import Text

extension StandardStream {
    /// The variables that the process was started with; those that are not UTF-8 are left out.
    public static var environment: [String: String] {
        var variables: [String: String] = [:]
        // `environ` ends with a null pointer, and nothing here changes it.
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            if let (name, value) = unsafe String(validatingCString: text)?.cut(at: "=") {
                variables[String(name)] = String(value)
            }
            unsafe entry += 1
        }
        return variables
    }
}
