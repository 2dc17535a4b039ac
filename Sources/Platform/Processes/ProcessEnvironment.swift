internal import Glibc
internal import Text

/// The environment of the process.
public enum ProcessEnvironment {
    /// The environment variables; those that are not UTF-8 are omitted.
    public static var variables: [String: String] {
        var variables: [String: String] = [:]
        // Safe: `environ` ends with a null pointer, and no code here changes it.
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
