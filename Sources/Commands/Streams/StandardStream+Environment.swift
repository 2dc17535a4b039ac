internal import Glibc

extension StandardStream {
    /// The variables that the process was started with.
    public static var environment: [String: String] {
        var variables: [String: String] = [:]
        // `environ` ends with a null pointer, and nothing here changes it.
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let parts = unsafe String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            unsafe entry += 1
        }
        return variables
    }
}
