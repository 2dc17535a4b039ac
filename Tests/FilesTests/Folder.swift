import Glibc

/// A temporary folder, removed at the end of the test.
final class Folder {
    let path: String

    init() {
        var template = Array("/tmp/gatehouse-files-XXXXXX".utf8CString)
        _ = unsafe mkdtemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["lock", "file", "file.new"] { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }
}
