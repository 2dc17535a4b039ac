internal import COpenSSL

extension OwnedKey {
    /// The parameters of the supported curves. Making a group from a curve's name computes its constants, which takes
    /// four times as long as reading a point. A copy of the group does not.
    private static let curves: [KeyKind: OwnedKey] = {
        var curves: [KeyKind: OwnedKey] = [:]
        for kind in KeyKind.allCases where kind.coordinateLength != nil {
            curves[kind] = try? KeyBuilder().parameters(of: kind.rawValue)
        }
        return curves
    }()

    /// Returns the public key of a point on a curve.
    ///
    /// - Parameter point: the uncompressed form, `4 ‖ x ‖ y` (SEC 1, section 2.3.3).
    static func publicKey(on curve: KeyKind, point: [UInt8]) throws(CryptographyError) -> OwnedKey {
        guard let parameters = curves[curve], let empty = unsafe EVP_PKEY_new() else {
            throw CryptographyError(.failure)
        }
        let key = unsafe OwnedKey(empty)
        // The parameters are only read, so several threads may copy them at once.
        guard unsafe EVP_PKEY_copy_parameters(key.pointer, parameters.pointer) == 1 else {
            throw CryptographyError(.failure)
        }
        guard unsafe EVP_PKEY_set1_encoded_public_key(key.pointer, point, point.count) == 1 else {
            ERR_clear_error()
            throw CryptographyError(.invalidKey)
        }
        return key
    }
}
