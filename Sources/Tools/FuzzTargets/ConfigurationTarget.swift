internal import Configuration
internal import Files
internal import SettingDeclarations

/// Fuzzes configuration files, with a few files and variables that they may refer to.
///
/// A file yields settings or faults. If it yields faults, there is at least one; each is one line without secrets, in
/// the file's order.
func fuzzConfiguration(_ bytes: [UInt8]) {
    do throws(ConfigurationError) {
        _ = try SettingsFile.parse(bytes, path: "etc/gatehouse.jsonc", sources: sources)
    } catch {
        promise((1...1000).contains(error.faults.count), "at least one fault is reported, and at most 1000")
        var last = (line: 1, column: 1)
        for fault in error.faults {
            promise((fault.line, fault.column) >= last, "faults are in the file's order")
            last = (fault.line, fault.column)
            let text = fault.description
            promise(!text.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a fault is one line")
            promise(!text.contains(secret) || holdsSecret(bytes), "a fault contains no secret")
        }
    }
}

private func holdsSecret(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes, as: UTF8.self).contains(secret)
}

private let secret = "aSecretOfTheFuzzer"

private let keySet = #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#

private let files = [
    "secret.key": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
    "keys.json": keySet,
    "certificate.pem": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "key.pem": "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
]

private let sources = SettingSources(
    environment: { $0 == "SECRET" ? secret : nil },
    file: { (path, _) throws(FileError) -> [UInt8] in
        guard path.hasPrefix("etc/"), let text = files[String(path.dropFirst(4))] else {
            throw FileError("no such file or directory")
        }
        return Array(text.utf8)
    })
