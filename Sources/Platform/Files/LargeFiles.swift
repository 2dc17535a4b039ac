internal import Glibc

/// The machine's folder for large temporary files.
public enum LargeFiles {
    /// The folder of the variable `TMPDIR`, or `/var/tmp`.
    public static var folder: String { unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/var/tmp" }
}
