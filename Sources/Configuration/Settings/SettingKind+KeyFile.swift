internal import SettingDeclarations
internal import Text
internal import Tokens

extension SettingKind<KeySet> {
    /// A file of public keys.
    static var keyFile: SettingKind {
        file("a file with public keys (a JWK, a JWK set or PEM)", good: "keys.jwks.json", wrong: ["a.secret"]) {
            (_, bytes) throws(SettingError) -> KeySet in
            let keys: KeySet
            do throws(KeySet.ReadingError) {
                keys = try KeySet(bytes)
            } catch {
                throw SettingError("has no keys: \(error.description)")
            }
            guard keys.keys.isEmpty else { return keys }
            let issues = keys.issues.prefix(3).map(\.description).joined(separator: "; ")
            throw SettingError("has no usable key" + (issues.isEmpty ? "" : " (\(issues))"))
        }
    }
}
